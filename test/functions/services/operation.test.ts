import { describe, expect, it } from 'vitest';
import {
  newOperation,
  type Operation,
  withHealthSeen,
  withPlan,
  withStarted,
} from '../../../functions/services/operation.ts';

const good = { result: 'good', reason: null } as const;
const failed = { result: 'failed', reason: 'answered 503' } as const;

const plan = {
  action: 'recreate',
  startedAtBefore: '2025-01-01T00:00:00Z',
  limitsBefore: { Memory: 0, MemorySwap: 0, NanoCpus: 0 },
  restartPolicy: { Name: 'no' },
} as const;

/** Whose container was started at 0, with 5 seconds for becoming healthy. */
function started(): Operation {
  const operation = newOperation({ id: 'op_1', service: 'redis', container: 'omni-redis', timeoutSeconds: 5 }, 0);
  return withStarted(withPlan(operation, { plan, configRevision: 1, wasDegraded: false }, 0), 0);
}

const seen = (probes: [atMs: number, probe: typeof good | typeof failed][]) =>
  probes.reduce((operation, [atMs, probe]) => withHealthSeen(operation, probe, atMs), started());

describe('a restarted service', () => {
  it('is healthy after two successful probes in a row', () => {
    expect(seen([[1_000, good]]).phase).toBe('checking');
    expect(
      seen([
        [1_000, good],
        [2_000, failed],
        [3_000, good],
      ]).phase,
    ).toBe('checking');
    expect(
      seen([
        [1_000, good],
        [2_000, good],
      ]).phase,
    ).toBe('healthy');
  });

  it('that fails when its time is over is rolled back, and the change is to blame', () => {
    expect(seen([[4_999, failed]]).phase).toBe('checking');
    expect(seen([[5_000, failed]])).toMatchObject({
      phase: 'rolling_back',
      fault: {
        code: 'TIMEOUT',
        message: 'The service was not healthy within 5 seconds: answered 503',
        blamesChange: true,
      },
    });
  });

  it('that answers well when its time is over, as after a kill with nobody to look, is looked at once more', () => {
    const once = seen([[3_600_000, good]]);
    expect(once).toMatchObject({ phase: 'checking', successes: 1 });
    expect(withHealthSeen(once, good, 3_601_000).phase).toBe('healthy');
    expect(withHealthSeen(once, failed, 3_601_000).phase).toBe('rolling_back');
  });
});
