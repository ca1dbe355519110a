/** What a test tells as `onFault` when no fault is expected: it fails the run as an unhandled error. */
export function rethrow(error: unknown): never {
  throw error;
}
