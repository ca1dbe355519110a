import type { Clock } from '../../backend/backend.ts';

interface Time {
  clock: Clock;
  /** After which nothing more is begun, epoch ms. */
  endMs: number;
  /** From 0 to 1; chance unless told. */
  random?: () => number;
}

/**
 * Works on values one after the other until the time is up, and gives how many were left. They are taken in an order of
 * chance, so that whoever does the same again and again has not always left the same ones.
 */
export async function inAnyOrder<T>(
  values: readonly T[],
  work: (value: T) => Promise<void>,
  { clock, endMs, random = Math.random }: Time,
): Promise<number> {
  const left = [...values];
  while (left.length > 0 && clock.now() < endMs) {
    const [value] = left.splice(Math.floor(random() * left.length), 1);
    await work(value as T);
  }
  return left.length;
}
