import * as z from 'zod';
import { inSegments, isDotSegment } from './template.ts';
import { parseTemplates } from './template-syntax.ts';

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/** A request to a service: `POST /api/v1/scan`. The path may hold templates and a query, and stays on the service's host. */
export const action = z
  .string()
  .max(2010)
  .superRefine((text, context) => {
    const problem = actionProblem(text);
    if (problem !== undefined) context.addIssue(problem);
  })
  .describe('A method and a path, which may hold templates and a query: `POST /api/v1/scan`.');

/** Method and path of a valid action. */
export function requestOf(text: string): { method: Method; path: string } {
  const space = text.indexOf(' ');
  return { method: text.slice(0, space) as Method, path: text.slice(space + 1) };
}

/** Whether a repeat of the call changes nothing more, as HTTP says of its method. */
export function isIdempotent({ method }: { method: Method }): boolean {
  return method !== 'POST' && method !== 'PATCH';
}

/** Of a path, in characters, its templates as they are written. */
const pathLengthMax = 2000;

function actionProblem(text: string): string | undefined {
  const { method, path } = requestOf(text);
  if (!methods.includes(method) || !path.startsWith('/'))
    return `must be a method (${methods.join(', ')}), a space and a path that begins with /`;
  if (path.length > pathLengthMax) return `must not have a path of more than ${pathLengthMax} characters`;
  const parsed = parseTemplates(path);
  if ('problem' in parsed) return parsed.problem;
  const literals = parsed.parts.filter((part) => typeof part === 'string').join('');
  if (path.startsWith('//') || literals.includes('\\')) return 'must begin with one slash, and have no backslash';
  if (/[^\x21-\x7e]|#/.test(literals)) return 'must not have spaces, a fragment, or characters that need encoding';
  const { segments } = inSegments(parsed.parts);
  const isUpward = segments.some(
    (parts) => parts.every((part) => typeof part === 'string') && isDotSegment(parts.join('')),
  );
  return isUpward ? 'must not have . or .. as a segment of its path' : undefined;
}
