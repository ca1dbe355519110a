import * as z from 'zod';
import { figureKinds, type Reading } from '../../functions/core/figures.ts';
import { readingField } from './metric-names.ts';

const dayMs = 24 * 3_600_000;

/**
 * How far from now the time of a reading may be. Ahead: the clocks of functions differ by seconds, never by a day. Back: a
 * batch waits for 6 hours of tries and 14 days in its dead-letter queue at most. What is beyond was not measured by us.
 */
const aheadMs = dayMs;
const oldMs = 15 * dayMs;

/** Far above what a reading has, which is a few counts and a duration; a batch that was summed has 261 buckets besides. */
const namesMax = 400;

const reading = z.object({
  kind: z.enum(figureKinds),
  subject: z.string().min(1).max(200),
  atMs: z.int().positive(),
  figures: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), z.int().min(0))
    .refine((figures) => Object.keys(figures).length <= namesMax, `has more than ${namesMax} names`),
});

/** A record's reading, or why it has none; the reason holds nothing of what the record says. */
export type ReadingRecord = { reading: Reading } | { unreadable: string };

/** What a log record holds of readings; undefined where it has none, though it may mention them. */
export function readingIn(message: string, nowMs: number): ReadingRecord | undefined {
  const record = parsed(message);
  if (record === undefined) return isCutOff(message) ? { unreadable: 'the record is not JSON' } : undefined;
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, readingField)) return undefined;
  const field = (record as Record<string, unknown>)[readingField];
  const { data, error } = reading.safeParse(typeof field === 'string' ? parsed(field) : undefined);
  if (error) return { unreadable: reasonOf(error) };
  if (data.atMs > nowMs + aheadMs) return { unreadable: 'atMs: is more than a day ahead' };
  if (data.atMs < nowMs - oldMs) return { unreadable: 'atMs: is older than 15 days' };
  return { reading: data };
}

/** A line that is not JSON, such as what the runtime prints itself. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** CloudWatch cuts lines of more than 1 MB, and a process may die while it prints one. */
function isCutOff(message: string): boolean {
  return message.startsWith('{') && message.includes(`"${readingField}":`);
}

function reasonOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue?.path[0] === undefined ? 'it is no reading' : `${String(issue.path[0])}: ${issue.message}`;
}
