/**
 * Digits as their number, for `z.preprocess`; all else as it is, such as `1e1` or `0x10`, which other programs would read in
 * other ways, so that a schema of numbers refuses it.
 */
export function fromDigits(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}
