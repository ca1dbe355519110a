import type * as z from 'zod';
import { type FieldProblem, validationError } from './errors.ts';

/**
 * Parses a part of a request (`body`, `query`, `parameters`) and throws VALIDATION_ERROR that names every field that is
 * missing, unknown or wrong, by its path from that part.
 */
export function parsePart<Schema extends z.ZodType>(schema: Schema, value: unknown, part: string): z.output<Schema> {
  const checked = checkPart(schema, value, part);
  if ('problems' in checked) throw validationError(checked.problems);
  return checked.value;
}

/** As {@link parsePart}, for callers that have more to say of what is wrong. */
export function checkPart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: string,
): { value: z.output<Schema> } | { problems: FieldProblem[] } {
  const result = schema.safeParse(value, { error: (issue) => (issue.input === undefined ? 'is required' : undefined) });
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, part)) };
}

function problemsOf(issue: z.core.$ZodIssue, part: string): FieldProblem[] {
  const path = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }));
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not a known field' }));
}
