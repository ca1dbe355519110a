/** What the work gives or throws; {@link OutOfTime} when it takes longer than `limitMs`. Late work is left to its own limits. */
export async function withinTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new OutOfTime(limitMs)), limitMs);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Work took longer than it may. */
export class OutOfTime extends Error {
  override name = 'OutOfTime';
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`);
  }
}
