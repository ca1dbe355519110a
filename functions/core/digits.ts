import * as z from 'zod';

/**
 * Digits as their number, for `z.preprocess`; all else as it is, such as `1e1` or `0x10`, which other programs would read in
 * other ways, so that a schema of numbers refuses it.
 */
export function fromDigits(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

/** Digits alone, within these bounds. */
export function wholeNumber(min: number, max: number) {
  const isWrong = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(fromDigits, z.number(isWrong).int(isWrong).min(min, isWrong).max(max, isWrong));
}
