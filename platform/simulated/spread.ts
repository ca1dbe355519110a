import { createHash } from 'node:crypto';

/** A whole number from min to max, inclusive, that looks random but is always the same for the same seed. */
export function spread(seed: string, min: number, max: number): number {
  const share = createHash('sha256').update(seed).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(min + share * (max - min + 1));
}
