import * as z from 'zod';
import type { Json } from './json-value.ts';
import { isObject, isOneGiven } from './one-given.ts';
import { parseTemplates } from './template-syntax.ts';

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()], {
  error: 'must be a text of at most 1000 characters, a number, true, false or null',
});

const operators = ['equals', 'not_equals', 'greater_than', 'less_than', 'in', 'exists'] as const;

/** When a step runs: a template's value compared with one that is given. */
export const condition = z
  .strictObject({
    value: z
      .string()
      .max(2000)
      .superRefine((text, context) => {
        const parsed = parseTemplates(text);
        if ('problem' in parsed) context.addIssue(parsed.problem);
        else if (parsed.parts.length !== 1 || typeof parsed.parts[0] === 'string')
          context.addIssue('must be one template, such as {{steps.scan.output.severity}}');
      })
      .describe('One template.'),
    equals: scalar.exactOptional(),
    not_equals: scalar.exactOptional(),
    greater_than: z.number().exactOptional(),
    less_than: z.number().exactOptional(),
    in: z.array(scalar).min(1).max(100).exactOptional(),
    exists: z.boolean().exactOptional().describe('Whether there is a value; null counts as none.'),
  })
  .refine((given) => isOneGiven(given, operators), {
    error: `must have exactly one of ${operators.join(', ')}`,
    when: isObject,
  });

/** Has one of the comparisons. */
export type Condition = z.output<typeof condition>;

/**
 * Whether a value meets a condition; undefined is the value of a template whose path leads to nothing. Values of different
 * types are not equal, and what is no number is neither greater nor less than one.
 */
export function isConditionMet(given: Condition, value: Json | undefined): boolean {
  if (given.equals !== undefined) return value === given.equals;
  if (given.not_equals !== undefined) return value !== given.not_equals;
  if (given.greater_than !== undefined) return typeof value === 'number' && value > given.greater_than;
  if (given.less_than !== undefined) return typeof value === 'number' && value < given.less_than;
  if (given.in !== undefined) return given.in.some((each) => each === value);
  return (value !== undefined && value !== null) === given.exists;
}
