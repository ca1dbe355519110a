import * as z from 'zod';

/**
 * What the value of a label must be: a text itself, the beginning of one (`/api/*`), or a class of status codes (`5xx`).
 * No regular expressions, so that none of them takes for ever.
 */
export const labelPattern = z
  .string()
  .min(1, 'must not be empty')
  .max(200)
  .regex(/^[^*]*\*?$/, 'may have * only at its end');

/** Whether a value is what any of the patterns asks for. A class of codes is met by a code and by the class itself, in any case. */
export function matchesAny(patterns: readonly string[], value: string): boolean {
  return patterns.some((pattern) => matches(pattern, value));
}

function matches(pattern: string, value: string): boolean {
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
  if (/^[1-5]xx$/.test(pattern)) return value[0] === pattern[0] && /^(\d\d|xx)$/i.test(value.slice(1));
  return value === pattern;
}
