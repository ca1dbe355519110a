import type { Json } from './json-value.ts';

/** A text as what stands in it: text as it is, and look-ups in its templates' places. */
export type Part = string | LookUp;

/** One template: where its value is found, and what stands in for a value that is not there. */
export interface LookUp {
  root: 'event' | 'steps';
  /** The names and indexes that lead to the value, below the root; of `steps`, the step's name comes first. */
  segments: string[];
  /** As the template writes it: `steps.scan.output.0.id`. */
  path: string;
  /** In a box, since the default may be any JSON. */
  fallback?: { value: Json };
}

/** Names that lead out of the data of an object, to what all objects share. */
export const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const open = '{{';

/** Of one template, in characters, so that none makes the search for its end long. */
const templateLengthMax = 1000;

/**
 * `{{path}}` or `{{path | default(JSON)}}`. The literal ends at the first parenthesis that is in no text of it. No two
 * alternatives begin alike, so that matching is linear.
 */
const template =
  /\{\{ *([A-Za-z0-9_$@-]+(?:\.[A-Za-z0-9_$@-]+)*) *(?:\| *default\(((?:[^"()]|"(?:[^"\\]|\\.)*")*)\) *)?\}\}/y;

/** What a step's result has. */
const resultFields = new Set(['status', 'output', 'error']);

/** The parts of a text, or what is wrong with its first wrong template. Linear in the text's length. */
export function parseTemplates(text: string): { parts: Part[] } | { problem: string } {
  const parts: Part[] = [];
  let end = 0;
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, end)) {
    const parsed = parseTemplate(text.slice(start, start + templateLengthMax));
    if ('problem' in parsed) return parsed;
    if (start > end) parts.push(text.slice(end, start));
    parts.push(parsed.lookUp);
    end = start + parsed.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return { parts };
}

function parseTemplate(text: string): { lookUp: LookUp; length: number } | { problem: string } {
  template.lastIndex = 0;
  const [whole, path, literal] = template.exec(text) ?? [];
  if (whole === undefined || path === undefined) return { problem: syntaxProblem };
  const [root = '', ...segments] = path.split('.');
  const problem = pathProblem(root, segments);
  if (problem !== undefined) return { problem: `{{${path}}} ${problem}` };
  const lookUp: LookUp = { root: root as LookUp['root'], segments, path };
  if (literal === undefined) return { lookUp, length: whole.length };
  const fallback = parseLiteral(literal);
  if (!fallback) return { problem: `the default of {{${path}}} is not JSON` };
  return { lookUp: { ...lookUp, fallback }, length: whole.length };
}

const syntaxProblem =
  'holds {{ without a template such as {{event.branch}}, {{steps.scan.output.id}} or {{event.branch | default("main")}}';

function pathProblem(root: string, segments: string[]): string | undefined {
  if (root !== 'event' && root !== 'steps') return 'must begin with event or steps';
  const forbidden = segments.find((segment) => forbiddenNames.has(segment));
  if (forbidden !== undefined) return `must not name ${forbidden}`;
  if (root === 'steps' && !resultFields.has(segments[1] ?? ''))
    return 'must name a step and its status, output or error';
  return undefined;
}

function parseLiteral(literal: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(literal) };
  } catch {
    return undefined;
  }
}
