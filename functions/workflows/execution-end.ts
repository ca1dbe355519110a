import type { WorkflowStep } from './definition.ts';
import type { End, Execution, StepRecord } from './execution.ts';

/** Why an execution broke off without its steps having ended. */
export interface Breakage {
  code: 'INTERNAL';
  message: string;
}

/**
 * How an execution ended: as cancelled when it was asked to be and not all steps had their way, as failed by its first step
 * that failed and was not to be passed over, else as completed.
 */
export function endOf(
  steps: readonly WorkflowStep[],
  records: ReadonlyMap<string, StepRecord>,
  { cancelRequestedMs }: Pick<Execution, 'cancelRequestedMs'>,
  breakage?: Breakage,
): End {
  if (breakage) return { status: 'failed', error: { ...breakage, step: null } };
  const failed = steps
    .filter(({ name, continue_on_error }) => records.get(name)?.status === 'failed' && !continue_on_error)
    .map(({ name }) => records.get(name) as StepRecord)
    .toSorted((a, b) => (a.completedMs ?? 0) - (b.completedMs ?? 0))[0];
  if (cancelRequestedMs !== null && (failed || [...records.values()].some(isGivenUp))) {
    return {
      status: 'cancelled',
      error: { code: 'CANCELLED', step: null, message: 'Its cancellation was asked for.' },
    };
  }
  if (!failed) return { status: 'completed', error: null };
  const { code, message } = failed.error ?? { code: 'INTERNAL', message: 'The step failed.' };
  return { status: 'failed', error: { code, step: failed.name, message } };
}

/** Whether a step was not run, or not tried again, because the execution was cancelled. */
function isGivenUp({ skipReason, error }: StepRecord): boolean {
  return skipReason === 'cancelled' || error?.code === 'CANCELLED';
}
