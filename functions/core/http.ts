/** A request as every home hands it to the endpoint core: header names in lower case, path parameters decoded. */
export interface HttpRequest {
  method: string;
  path: string;
  parameters: Record<string, string>;
  /** Repeated parameters keep all their values. */
  query: Record<string, string | string[]>;
  headers: Record<string, string | undefined>;
  body: Uint8Array;
}

/** An answer ready to be sent; header names in lower case. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The largest body that is accepted, in bytes. */
export const bodyBytesMax = 256 * 1024;

/** Sent with every answer: an API has no pages to frame, sniff or cache. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const;
