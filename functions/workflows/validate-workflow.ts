import { endpoint } from '../core/endpoint.ts';
import { validateWorkflowContract } from './contract.ts';
import type { WorkflowStep } from './definition.ts';
import { checkDefinition } from './definition-problems.ts';
import { planOf } from './plan.ts';

export const validateWorkflow = endpoint(validateWorkflowContract, async ({ body }, { catalogue }) => {
  const checked = checkDefinition(body, catalogue);
  const cycle = 'cycle' in checked ? checked.cycle : null;
  const circle = cycle ? [{ path: 'body.steps', message: `depend on each other: ${cycle.join(' → ')}` }] : [];
  const problems = 'problems' in checked ? checked.problems : circle;
  const plan = 'definition' in checked ? planView(checked.definition.steps) : null;
  return { answer: 'ok', body: { valid: plan !== null, plan, problems, cycle } };
});

/** A step's level is the length of the longest way to it. */
function planView(steps: readonly WorkflowStep[]) {
  const dependencies = new Map(steps.map(({ name, depends_on }) => [name, depends_on]));
  const levels = new Map<string, number>();
  return planOf(steps).order.map((step) => {
    const depends_on = dependencies.get(step) ?? [];
    const level = Math.max(0, ...depends_on.map((name) => (levels.get(name) ?? 0) + 1));
    levels.set(step, level);
    return { step, depends_on, level };
  });
}
