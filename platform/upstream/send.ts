/** What the client sends. */
export interface SentRequest {
  method: string;
  headers: Headers;
  body: string | null;
  redirect: 'manual';
  /** Ends the call, the reading of its answer included. */
  signal: AbortSignal;
}

/** As much of a `Response` as the client looks at. */
export interface SentAnswer {
  status: number;
  /** Whether the status is a success. */
  ok: boolean;
  headers: { get(name: string): string | null };
  /** Decoded as its `content-encoding` says. */
  body: AsyncIterable<Uint8Array> | null;
}

/** Sends a request over a connection that may be kept: `fetch`, or something lighter. Follows no redirect. */
export type Send = (url: URL, request: SentRequest) => Promise<SentAnswer>;
