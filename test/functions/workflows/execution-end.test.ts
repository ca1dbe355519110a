import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../../../functions/workflows/execution.ts';
import { skippedStep } from '../../../functions/workflows/execution.ts';
import { endOf } from '../../../functions/workflows/execution-end.ts';
import { completed, definitionOf, record, step } from './workflow-api.ts';

const { steps } = definitionOf({
  name: 'three',
  steps: [step('a'), step('passed-over', { continue_on_error: true }), step('c')],
});
const failed = (name: string, completedMs: number, code = 'STEP_FAILED'): StepRecord =>
  record(name, { status: 'failed', completedMs, error: { code, message: `${name} failed` } });
const end = (records: StepRecord[], cancelRequestedMs: number | null = null, breakage?: Parameters<typeof endOf>[3]) =>
  endOf(steps, new Map(records.map((each) => [each.name, each])), { cancelRequestedMs }, breakage);

const well = { status: 'completed', error: null };
const cancelled = {
  status: 'cancelled',
  error: { code: 'CANCELLED', step: null, message: 'Its cancellation was asked for.' },
};

describe('an execution', () => {
  it('whose steps were completed, or skipped for their conditions, has completed', () => {
    const skipped = skippedStep('c', 'condition_not_met', 3);
    expect(end([completed('a'), completed('passed-over'), skipped])).toEqual(well);
  });

  it('whose only failure was to be passed over has completed', () => {
    expect(end([completed('a'), failed('passed-over', 1), completed('c')])).toEqual(well);
  });

  it('has failed with the step that failed first, wherever it stands', () => {
    const failures = [failed('a', 9), failed('passed-over', 1), failed('c', 5)];
    expect(end(failures)).toEqual({
      status: 'failed',
      error: { code: 'STEP_FAILED', step: 'c', message: 'c failed' },
    });
  });

  it('is cancelled where steps were not run because of that', () => {
    expect(end([completed('a'), completed('passed-over'), skippedStep('c', 'cancelled', 3)], 2)).toEqual(cancelled);
  });

  it('is cancelled where a step failed on the way', () => {
    expect(end([failed('a', 1), completed('passed-over'), skippedStep('c', 'cancelled', 3)], 2)).toEqual(cancelled);
  });

  it.each(['c', 'passed-over'])('is cancelled where %s was given up for that while it waited', (name) => {
    const others = ['a', 'passed-over', 'c'].filter((each) => each !== name).map((each) => completed(each));
    expect(end([...others, failed(name, 3, 'CANCELLED')], 2)).toEqual(cancelled);
  });

  it('whose steps had all ended well when that was asked for has completed; one of which a step failed is cancelled', () => {
    expect(end([completed('a'), completed('passed-over'), completed('c')], 2)).toEqual(well);
    expect(end([failed('a', 1), completed('passed-over'), completed('c')], 2)).toEqual(cancelled);
  });

  it('that broke off has failed for that, whatever its steps came to', () => {
    const breakage = { code: 'INTERNAL', message: 'Broken off.' } as const;
    const error = { ...breakage, step: null };
    expect(end([failed('a', 1)], null, breakage)).toEqual({ status: 'failed', error });
    expect(end([skippedStep('a', 'cancelled', 1)], 2, breakage)).toEqual({ status: 'failed', error });
  });
});
