import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DriverScenario, openDriverScenario, refusal } from './driver-scenario.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());
beforeEach(async () => {
  scenario.home.clock.advance(60_000);
  scenario.serve(() => undefined);
  await scenario.probed('api', 'unhealthy');
});

const step = (wait_for_healthy_seconds: number) => ({ name: 'only', wait_for_healthy_seconds });

/** Drives as often as there is something to do, and probes the service in each wait. */
async function driveProbed(id: string, statuses: ('healthy' | 'unhealthy')[]) {
  const waits: number[] = [];
  for (;;) {
    const next = await scenario.driveOnce(id);
    if (next.next !== 'wait') return { waits, only: (await scenario.steps(id))['only'] };
    waits.push(next.wait_seconds);
    scenario.home.clock.advance(next.wait_seconds * 1000);
    await scenario.probed('api', statuses.shift() ?? 'unhealthy');
  }
}

const unavailable = { code: 'SERVICE_UNAVAILABLE', message: 'The service api is unhealthy.' };

describe('a step whose service is unhealthy', () => {
  it('has failed at once where it does not wait, without a call', async () => {
    const id = await scenario.execution([step(0), { name: 'other', service: 'ai-coder-alpha' }]);
    const { steps, execution, nexts } = await scenario.toEnd(id);
    expect(steps['only']).toMatchObject({ status: 'failed', attempts: 0, error: unavailable });
    expect(scenario.calls.map((call) => call.step)).toEqual(['other']);
    expect(execution).toMatchObject({ status: 'failed', error: { ...unavailable, step: 'only' } });
    expect(nexts).toEqual([{ next: 'finish' }]);
  });

  it('waits, and is called once it is healthy', async () => {
    const id = await scenario.execution([step(60)]);
    const { waits, only } = await driveProbed(id, ['unhealthy', 'unhealthy', 'healthy']);
    expect(waits).toEqual([2, 2, 2]);
    expect(only).toMatchObject({ status: 'completed', attempts: 1, error: null });
    expect(scenario.calls).toHaveLength(1);
  });

  it('waits no longer than it says', async () => {
    const { waits, only } = await driveProbed(await scenario.execution([step(8)]), []);
    expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBe(8);
    expect(only).toMatchObject({ status: 'failed', attempts: 0, error: unavailable });
    expect(scenario.calls).toEqual([]);
  });

  it('has not lost its attempts by waiting', async () => {
    scenario.serve(() => refusal(503));
    const retry = { max_attempts: 2, backoff_seconds: 2 };
    const id = await scenario.execution([{ ...step(60), retry }]);
    const { only } = await driveProbed(id, ['unhealthy', 'healthy', 'unhealthy', 'healthy']);
    expect(only).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'STEP_FAILED' } });
    expect(scenario.calls).toHaveLength(2);
  });

  it('is shown as running while it waits, and others are not held up by it', async () => {
    const id = await scenario.execution([step(60), { name: 'other', service: 'ai-coder-alpha' }]);
    expect(await scenario.driveOnce(id)).toEqual({ next: 'wait', wait_seconds: 2 });
    const steps = await scenario.steps(id);
    expect(steps['only']).toMatchObject({ status: 'running', attempts: 0, nextAttemptMs: expect.any(Number) });
    expect(steps['other']?.status).toBe('completed');
  });
});

it('a service that was last probed long ago is called', async () => {
  const id = await scenario.execution([step(0)]);
  scenario.home.clock.advance(3_600_000);
  expect((await scenario.toEnd(id)).execution.status).toBe('completed');
});
