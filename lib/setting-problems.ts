import type * as z from 'zod';
import { settingMessage } from './setting-messages.ts';

/** What is wrong with a setting. The path begins with its name. */
export interface Problem {
  path: readonly PropertyKey[];
  message: string;
}

/** Each field of an object by itself, so that one which is wrong hides no other; it then has its default, and a problem. */
export function parsedEach<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  given: (name: string) => unknown,
): { values: z.output<z.ZodObject<Shape>>; problems: Problem[] } {
  const problems: Problem[] = [];
  const valid = Object.entries(schema.shape).flatMap(([name, field]) => {
    const parsed = (field as z.ZodType).safeParse(given(name) ?? undefined, { error: settingMessage });
    if (parsed.success) return [[name, parsed.data]];
    problems.push(...parsed.error.issues.map(({ path, message }) => ({ path: [name, ...path], message })));
    return [];
  });
  return { values: { ...schema.parse({}), ...Object.fromEntries(valid) }, problems };
}

/** Throws one Error that names every problem. `named` is what the user calls a setting, its name where left out. */
export function refuseProblems(
  subject: string,
  problems: readonly Problem[],
  named: (name: string) => string = (name) => name,
): void {
  if (problems.length === 0) return;
  const lines = problems.map(
    ({ path: [name, ...path], message }) => `  ${[named(String(name)), ...path].join('.')}: ${message}`,
  );
  throw new Error(`${subject} not valid:\n${lines.join('\n')}`);
}
