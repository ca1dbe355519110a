import type { FieldProblem } from '../core/errors.ts';
import { isStructure } from './json-value.ts';
import { type LookUp, parseTemplates } from './template-syntax.ts';

/** Levels of objects and lists in a step's input; what goes deeper is no longer read by people. */
export const depthMax = 20;

/** Where a template stands, and which step it names, if it is not about the event. */
export interface Reference {
  path: string;
  step?: string;
}

/**
 * What is wrong with the texts of a value, each with its path from `path` on: a `{{` that begins no template, names that a
 * template may not have. And what is wrong with the value itself: more than 20 levels, a field with the name `__proto__`.
 */
export function templateProblems(value: unknown, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  visit(value, path, {
    text(text, at) {
      const parsed = parseTemplates(text);
      if ('problem' in parsed) problems.push({ path: at, message: parsed.problem });
    },
    problem: (message, at) => problems.push({ path: at, message }),
  });
  return problems;
}

/** Every template of a value, in its order; texts with a wrong one count for nothing. */
export function referencesIn(value: unknown, path = ''): Reference[] {
  const references: Reference[] = [];
  visit(value, path, {
    text(text, at) {
      const parsed = parseTemplates(text);
      if ('problem' in parsed) return;
      const lookUps = parsed.parts.filter((part) => typeof part !== 'string');
      references.push(...lookUps.map((lookUp) => referenceOf(lookUp, at)));
    },
    problem() {},
  });
  return references;
}

function referenceOf({ root, segments: [step] }: LookUp, path: string): Reference {
  return root === 'steps' && step !== undefined ? { path, step } : { path };
}

interface Visitor {
  text(text: string, path: string): void;
  problem(message: string, path: string): void;
}

function visit(value: unknown, path: string, visitor: Visitor, depth = 0): void {
  if (typeof value === 'string') visitor.text(value, path);
  if (!isStructure(value)) return;
  if (depth === depthMax) {
    visitor.problem(`must not have more than ${depthMax} levels`, path);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (name === '__proto__') visitor.problem('is not a name that a field may have', at);
    visit(inner, at, visitor, depth + 1);
  }
}
