import type { Catalogue } from '../../platform/catalogue.ts';
import type { FieldProblem } from '../core/errors.ts';
import { checkPart } from '../core/validation.ts';
import { definitionOf, stepsMax, type WorkflowDefinition, workflowBody } from './definition.ts';
import { isStructure } from './json-value.ts';
import { type Plan, type Planned, planOf } from './plan.ts';
import { referencesIn } from './template.ts';

/** So many problems an answer holds; no one reads more, and a hostile body has one for every few characters. */
const problemsMax = 1000;

/**
 * The definition that a body gives; or everything that is wrong with it, each with its path: what the schema finds and,
 * as far as the rest can be read, services that are not in the catalogue, names used twice, dependencies on nothing, on
 * itself or named twice, templates that name a step that need not have ended. A cycle that is the only thing wrong stands
 * alone, as the steps along it: `['a', 'b', 'a']`, where each depends on the next.
 */
export function checkDefinition(
  body: unknown,
  catalogue: Catalogue,
): { definition: WorkflowDefinition } | { problems: FieldProblem[] } | { cycle: string[] } {
  const checked = checkPart(workflowBody, body, 'body');
  const steps = readSteps(body);
  const plan = planOf(steps);
  const problems = [...('problems' in checked ? checked.problems : []), ...problemsAcross(steps, plan, catalogue)];
  if (plan.cycle && problems.length === 0) return { cycle: plan.cycle };
  if (plan.cycle) problems.push({ path: 'body.steps', message: `depend on each other: ${plan.cycle.join(' → ')}` });
  if ('value' in checked && problems.length === 0) return { definition: definitionOf(checked.value) };
  return { problems: problems.slice(0, problemsMax) };
}

/** What can be read of a step that may be wrong in part. */
interface ReadStep extends Planned {
  path: string;
  /** Undefined where it is no text. */
  givenName: string | undefined;
  raw: Readonly<Record<string, unknown>>;
}

/** Steps beyond the most that a workflow may have are not looked into. */
function readSteps(body: unknown): ReadStep[] {
  const steps = isStructure(body) && 'steps' in body && Array.isArray(body.steps) ? body.steps : [];
  if (steps.length > stepsMax) return [];
  const names = new Set<string>();
  return steps.map((step: unknown, position) => {
    const raw = isStructure(step) ? (step as Record<string, unknown>) : {};
    const givenName = textOf(raw['name']);
    /** The first of a name has it; any other gets one that cannot be depended on, since no dependency holds a NUL first. */
    const name = givenName === undefined || names.has(givenName) ? `\0${position}` : givenName;
    names.add(name);
    const depends_on = dependenciesOf(raw).filter((dependency) => dependency !== givenName);
    return { path: `body.steps.${position}`, givenName, name, depends_on, raw };
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dependenciesOf({ depends_on }: ReadStep['raw']): string[] {
  return Array.isArray(depends_on) ? depends_on.filter((each) => typeof each === 'string') : [];
}

function problemsAcross(steps: readonly ReadStep[], plan: Plan, { services }: Catalogue): FieldProblem[] {
  const known = new Set(services.map(({ name }) => name));
  return steps.flatMap((step) => [
    ...nameProblems(step),
    ...serviceProblems(step, known),
    ...dependencyProblems(step, plan),
    ...referenceProblems(step, plan),
  ]);
}

function nameProblems({ path, name, givenName }: ReadStep): FieldProblem[] {
  const isRepeated = givenName !== undefined && name !== givenName;
  return isRepeated ? [{ path: `${path}.name`, message: 'is the name of an earlier step' }] : [];
}

function serviceProblems({ path, raw }: ReadStep, known: ReadonlySet<string>): FieldProblem[] {
  const service = textOf(raw['service']);
  const isUnknown = service !== undefined && !known.has(service);
  return isUnknown ? [{ path: `${path}.service`, message: 'is not a service of the catalogue' }] : [];
}

function dependencyProblems({ path, givenName, raw }: ReadStep, plan: Plan): FieldProblem[] {
  const dependsOn: unknown[] = Array.isArray(raw['depends_on']) ? raw['depends_on'] : [];
  const seen = new Set<unknown>();
  return dependsOn.flatMap((each, index) => {
    const isRepeated = seen.has(each);
    seen.add(each);
    const message = typeof each === 'string' ? dependencyProblem(each, { givenName, isRepeated, plan }) : undefined;
    return message === undefined ? [] : [{ path: `${path}.depends_on.${index}`, message }];
  });
}

interface Dependent {
  givenName: string | undefined;
  isRepeated: boolean;
  plan: Plan;
}

function dependencyProblem(name: string, { givenName, isRepeated, plan }: Dependent): string | undefined {
  if (isRepeated) return 'is named before';
  if (name === givenName) return 'is the step itself';
  return plan.dependents.has(name) ? undefined : 'is not a step of this workflow';
}

function referenceProblems({ path, name, raw }: ReadStep, { ancestors, dependents }: Plan): FieldProblem[] {
  const when = raw['when'];
  const references = [
    ...referencesIn(textOf(raw['action']), `${path}.action`),
    ...referencesIn(raw['input'], `${path}.input`),
    ...referencesIn(isStructure(when) && 'value' in when ? textOf(when.value) : null, `${path}.when.value`),
  ];
  return references.flatMap(({ path: at, step }) => {
    if (step === undefined || ancestors.get(name)?.has(step)) return [];
    const message = dependents.has(step)
      ? `names the step ${step}, which this one does not depend on, directly or through others`
      : `names the step ${step}, which is not a step of this workflow`;
    return [{ path: at, message }];
  });
}
