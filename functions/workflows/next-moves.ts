import type { WorkflowStep } from './definition.ts';
import { isEnded, type SkipReason, type StepRecord } from './execution.ts';

/** What is to be done with steps that nothing holds up any more. */
export interface Moves {
  start: WorkflowStep[];
  skip: { name: string; reason: SkipReason }[];
}

/**
 * What can be done now: a step starts as soon as all of its own dependencies have ended, and is skipped when one of them
 * failed or was skipped. A failure that is to be passed over counts as an end like others. Steps stand in topological order.
 * Those that are under way are left alone: their records may not be there yet.
 */
export function nextMoves(
  steps: readonly WorkflowStep[],
  records: ReadonlyMap<string, StepRecord>,
  { isCancelled, underWay }: { isCancelled: boolean; underWay: { has(name: string): boolean } },
): Moves {
  const moves: Moves = { start: [], skip: [] };
  const passedOver = new Set(steps.filter((step) => step.continue_on_error).map(({ name }) => name));
  const skipped = new Set<string>();
  for (const step of steps) {
    if (records.has(step.name) || underWay.has(step.name)) continue;
    const reason = reasonToSkip(step, { records, skipped, passedOver, isCancelled });
    if (reason) {
      skipped.add(step.name);
      moves.skip.push({ name: step.name, reason });
    } else if (step.depends_on.every((name) => hasEnded(records.get(name)))) moves.start.push(step);
  }
  return moves;
}

interface Known {
  records: ReadonlyMap<string, StepRecord>;
  /** Steps that are skipped by the same moves. */
  skipped: ReadonlySet<string>;
  passedOver: ReadonlySet<string>;
  isCancelled: boolean;
}

function reasonToSkip({ depends_on }: WorkflowStep, known: Known): SkipReason | undefined {
  const { records, skipped, passedOver, isCancelled } = known;
  if (isCancelled) return 'cancelled';
  const failed = depends_on.some((name) => records.get(name)?.status === 'failed' && !passedOver.has(name));
  if (failed) return 'dependency_failed';
  const isSkipped = depends_on.some((name) => skipped.has(name) || records.get(name)?.status === 'skipped');
  return isSkipped ? 'dependency_skipped' : undefined;
}

function hasEnded(record: StepRecord | undefined): boolean {
  return record !== undefined && isEnded(record);
}
