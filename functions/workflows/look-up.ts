import { isStructure, type Json } from './json-value.ts';
import { MissingValue } from './template-failure.ts';
import { forbiddenNames, type LookUp } from './template-syntax.ts';

/** What is known of a step that has ended, or was skipped. */
export interface StepResult {
  status: string;
  output: Json;
  error: Json;
}

/** What templates can look up. */
export interface Scope {
  event: Json;
  steps: ReadonlyMap<string, StepResult> | Readonly<Record<string, StepResult>>;
}

/** The value of a template: what is at its path, or else its default, which stands in for null too. Throws {@link MissingValue}. */
export function valueAt(lookUp: LookUp, scope: Scope): Json {
  const value = foundIn(scope, lookUp);
  if (lookUp.fallback && (value === undefined || value === null)) return lookUp.fallback.value;
  if (value === undefined) throw new MissingValue(lookUp.path);
  return value;
}

function foundIn({ event, steps }: Scope, { root, segments }: LookUp): Json | undefined {
  if (root === 'event') return follow(event, segments);
  const [name = '', ...inner] = segments;
  return follow(steps instanceof Map ? steps.get(name) : ownValue(steps, name), inner);
}

function follow(start: unknown, segments: readonly string[]): Json | undefined {
  let value = start;
  for (const segment of segments) value = ownValue(value, segment);
  return value as Json | undefined;
}

/** Only data counts: no inherited property, no getter, and of a list its elements alone. */
function ownValue(value: unknown, name: string): unknown {
  if (!isStructure(value) || forbiddenNames.has(name)) return undefined;
  if (Array.isArray(value) && !/^(0|[1-9]\d{0,9})$/.test(name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
