import type { Catalogue } from '../../platform/catalogue.ts';
import { ApiError } from '../core/errors.ts';
import type { WorkflowDefinition } from './definition.ts';
import { checkDefinition } from './definition-problems.ts';

/** The definition that a body gives, or INVALID_WORKFLOW with all that is wrong with it, or DEPENDENCY_CYCLE. */
export function checkedDefinition(body: unknown, catalogue: Catalogue): WorkflowDefinition {
  const checked = checkDefinition(body, catalogue);
  if ('definition' in checked) return checked.definition;
  if ('cycle' in checked) {
    const message = `The steps depend on each other: ${checked.cycle.join(' → ')}.`;
    throw new ApiError('DEPENDENCY_CYCLE', { message, details: { cycle: checked.cycle } });
  }
  const [first] = checked.problems;
  const message = checked.problems.length === 1 ? { message: `${first?.path}: ${first?.message}` } : {};
  throw new ApiError('INVALID_WORKFLOW', { details: checked.problems, ...message });
}
