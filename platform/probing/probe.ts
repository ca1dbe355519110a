/** What one probe saw. */
export interface Probe extends Sight {
  /** When it began, epoch ms. */
  atMs: number;
  latencyMs: number;
}

/** What there was to see, without the time. */
export interface Sight {
  /** `good`: a quick success; `impaired`: slow, refused with 4xx, or not ready; `failed`: no answer, or 5xx. */
  result: 'good' | 'impaired' | 'failed';
  /** Short, for people; null when all was well. */
  reason: string | null;
  /** Whether it shows that the prober's own network works: any answer, also a refusal. */
  isNetworkProof: boolean;
  /** From the answer, where it says so. */
  version?: string;
  /** When the service started, epoch ms, from the answer, where it says so. */
  startedMs?: number;
}
