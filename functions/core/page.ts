import { hash } from 'node:crypto';
import * as z from 'zod';
import type { Page } from '../../backend/backend.ts';
import { fromDigits } from './digits.ts';
import { validationError } from './errors.ts';
import { timestamp } from './schemas.ts';

/** The query parameters that every list takes; `limit` is 20 by default, as the API reference has it. */
export const pageQuery = {
  since: timestamp.optional().describe('Only what was created at or after this time (inclusive).'),
  limit: z
    .preprocess(
      fromDigits,
      z
        .number('must be a whole number from 1 to 100')
        .int('must be a whole number from 1 to 100')
        .min(1, 'must be from 1 to 100')
        .max(100, 'must be from 1 to 100')
        .default(20),
    )
    .describe('Most items in the answer.'),
  cursor: z.string().max(500).optional().describe('`next_cursor` of the previous page; the filters must be the same.'),
};

/** The answer of a list: the items under their own name and where the next page starts. */
export function pageOf<Name extends string, Entry extends z.ZodType>(name: Name, entry: Entry) {
  const shape = { [name]: z.array(entry), next_cursor: z.string().nullable() };
  return z.object(shape as { [K in Name]: z.ZodArray<Entry> } & { next_cursor: z.ZodNullable<z.ZodString> });
}

/** What a list is of, and nothing else is: its operation, its path parameters, and its filters. What is undefined is not there. */
export type Listed = { list: string } & Record<string, unknown>;

function fingerprint(listed: Listed): string {
  const named = Object.entries(listed).filter(([, value]) => value !== undefined);
  return hash('sha256', JSON.stringify(named.sort()), 'base64url').slice(0, 10);
}

/** The cursor that continues after `lastSortKey` in this list, or null when the page was the last. */
export function nextCursor(page: Page, sortField: string, listed: Listed): string | null {
  const last = page.items.at(-1)?.[sortField];
  if (!page.more || typeof last !== 'string') return null;
  return Buffer.from(JSON.stringify([fingerprint(listed), last])).toString('base64url');
}

const cursorContent = z.tuple([
  z.string(),
  z
    .string()
    .min(1)
    .refine((key) => key.isWellFormed()),
]);

/** The sort key that a cursor continues before; a 400 for one that is malformed or of another list. */
export function readCursor(cursor: string | undefined, listed: Listed): string | undefined {
  if (cursor === undefined) return undefined;
  const content = cursorContent.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!content.success) throw validationError([{ path: 'query.cursor', message: 'is not a cursor of this API' }]);
  const [madeFor, before] = content.data;
  if (madeFor === fingerprint(listed)) return before;
  throw validationError([{ path: 'query.cursor', message: 'is of another list, or of this one with other filters' }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
