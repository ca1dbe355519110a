import { isAtMostDeep, isStructure, type Json, levelsMax } from './json-value.ts';
import { type Scope, valueAt } from './look-up.ts';
import { UnusableValue } from './template-failure.ts';
import { type LookUp, type Part, parseTemplates } from './template-syntax.ts';
import { depthMax } from './template-uses.ts';

export type { Json } from './json-value.ts';
export type { Scope, StepResult } from './look-up.ts';
export { MissingValue, TemplateFailure, UnusableValue } from './template-failure.ts';
export { type Reference, referencesIn, templateProblems } from './template-uses.ts';

/** What templates may add to one input, in characters of JSON, however often they repeat a large value: 8 Mi. */
const addedLengthMax = 8 * 1024 * 1024;

/** The same of one path: about as much as HTTP servers take as a request's first line. */
const addedToPathLengthMax = 8000;

/**
 * A value with its templates replaced, wherever texts stand in it; names of fields stay as they are. A text that is one
 * template becomes its value, of whatever type; in longer text, scalars become text and the rest JSON. What was put in is
 * not looked at again. Throws a {@link TemplateFailure}: {@link MissingValue} where nothing is at a path, and
 * {@link UnusableValue} when more than 8 Mi characters would be put in.
 */
export function render(value: Json, scope: Scope): Json {
  return renderValue(value, textsOf(scope, addedLengthMax), 0);
}

/**
 * The path and query of an action with the templates replaced, each value percent-encoded. Throws a
 * {@link TemplateFailure}, also where a value would make a segment empty, `.` or `..`, and so lead to another resource,
 * and when more than 8,000 characters would be put in.
 */
export function renderPath(text: string, scope: Scope): string {
  const texts = textsOf(scope, addedToPathLengthMax);
  const { segments, query } = inSegments(partsOf(text));
  const path = segments.map((parts) => renderSegment(parts, texts)).join('/');
  return path + query.map((part) => encoded(part, texts)).join('');
}

/** Whether a segment of a path is one that URL parsers take for a step in the hierarchy, however it is written. */
export function isDotSegment(segment: string): boolean {
  return /^(\.|%2e){1,2}$/i.test(segment);
}

/** The segments of a path, and its query with the question mark, both as text and look-ups. */
export function inSegments(parts: readonly Part[]): { segments: Part[][]; query: Part[] } {
  const segments: Part[][] = [[]];
  const queryAt = parts.findIndex((part) => typeof part === 'string' && part.includes('?'));
  const broken = queryAt < 0 ? '' : (parts[queryAt] as string);
  const mark = broken.indexOf('?');
  const path = queryAt < 0 ? parts : [...parts.slice(0, queryAt), broken.slice(0, mark)];
  for (const part of path) {
    const [first = '', ...others] = typeof part === 'string' ? part.split('/') : [part];
    segments.at(-1)?.push(first);
    for (const other of others) segments.push([other]);
  }
  return { segments, query: queryAt < 0 ? [] : [broken.slice(mark), ...parts.slice(queryAt + 1)] };
}

interface Texts {
  value(lookUp: LookUp): Json;
  text(lookUp: LookUp): string;
}

/** What look-ups give, as value and as text; counts what they add up to. */
function textsOf(scope: Scope, lengthMax: number): Texts {
  const lengths = new Map<string, number>();
  let added = 0;
  const count = (path: string, length: number) => {
    added += length;
    if (added > lengthMax) throw new UnusableValue(path, 'makes this too large');
  };
  return {
    value(lookUp) {
      const value = valueAt(lookUp, scope);
      const length = lengths.get(lookUp.path) ?? jsonOf(value, lookUp).length;
      lengths.set(lookUp.path, length);
      count(lookUp.path, length);
      return value;
    },
    text(lookUp) {
      const value = valueAt(lookUp, scope);
      const text = typeof value === 'string' ? value : jsonOf(value, lookUp);
      count(lookUp.path, text.length);
      return text;
    },
  };
}

function jsonOf(value: Json, { path }: LookUp): string {
  if (!isAtMostDeep(value, levelsMax)) throw new UnusableValue(path, 'has too many levels');
  return JSON.stringify(value);
}

function renderValue(value: Json, texts: Texts, depth: number): Json {
  if (typeof value === 'string') return renderText(value, texts);
  if (!isStructure(value)) return value;
  if (depth === depthMax) throw new RangeError(`The input has more than ${depthMax} levels.`);
  if (Array.isArray(value)) return value.map((inner) => renderValue(inner, texts, depth + 1));
  const fields = Object.entries(value).map(([name, inner]) => [name, renderValue(inner, texts, depth + 1)]);
  return Object.fromEntries(fields);
}

function renderText(text: string, texts: Texts): Json {
  const parts = partsOf(text);
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && typeof first !== 'string') return texts.value(first);
  return parts.map((part) => (typeof part === 'string' ? part : texts.text(part))).join('');
}

function partsOf(text: string): Part[] {
  const parsed = parseTemplates(text);
  if ('problem' in parsed) throw new SyntaxError(`A template that was not validated: ${parsed.problem}`);
  return parsed.parts;
}

function renderSegment(parts: readonly Part[], texts: Texts): string {
  const segment = parts.map((part) => encoded(part, texts)).join('');
  const lookUp = parts.find((part) => typeof part !== 'string');
  if (!lookUp || (segment !== '' && !isDotSegment(segment))) return segment;
  throw new UnusableValue(lookUp.path, 'must not be empty, . or .. in a path');
}

/** A surrogate without its other half has no encoding, so it becomes the replacement character. */
function encoded(part: Part, texts: Texts): string {
  return typeof part === 'string' ? part : encodeURIComponent(texts.text(part).toWellFormed());
}
