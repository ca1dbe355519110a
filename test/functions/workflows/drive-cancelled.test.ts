import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DriverScenario, openDriverScenario, refusal, turns } from './driver-scenario.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());
beforeEach(() => void scenario.home.clock.advance(60_000));

const line = ['a', 'b', 'c'].map((name, index, names) => ({
  name,
  depends_on: names.slice(Math.max(0, index - 1), index),
}));
const retry = { max_attempts: 5, backoff_seconds: 60 };
const givenUp = { code: 'CANCELLED', message: 'The execution was cancelled while the step waited.' };

describe('an execution that is cancelled', () => {
  it('before it begins calls nothing', async () => {
    scenario.serve(() => undefined);
    const id = await scenario.execution(line);
    await scenario.cancel(id);
    const { execution, steps } = await scenario.toEnd(id);
    expect(scenario.calls).toEqual([]);
    expect(Object.values(steps).map(({ skipReason }) => skipReason)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(execution).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED', step: null } });
  });

  it('lets steps under way end, and skips the others', async () => {
    const id = await scenario.execution([...line, { name: 'slow' }]);
    scenario.serve(async ({ step }) => {
      if (step === 'slow') await turns(20);
      if (step !== 'b') return undefined;
      await scenario.cancel(id);
      scenario.home.clock.advance(300);
      return undefined;
    });
    const { execution, steps } = await scenario.toEnd(id);
    expect(scenario.calls.map(({ step }) => step)).toEqual(['a', 'slow', 'b']);
    expect(['a', 'b', 'slow'].map((name) => steps[name]?.status)).toEqual(['completed', 'completed', 'completed']);
    expect(steps['c']).toMatchObject({ status: 'skipped', skipReason: 'cancelled' });
    expect(execution.status).toBe('cancelled');
  });

  it.each([
    ['the last one', [{ name: 'only', retry }]],
    ['one that is passed over', [{ name: 'only', retry, continue_on_error: true }]],
    [
      'one that others depend on',
      [
        { name: 'only', retry },
        { name: 'next', depends_on: ['only'] },
      ],
    ],
  ])('ends a step that waits for its next attempt, also %s', async (_, steps) => {
    scenario.serve(() => refusal(503));
    const id = await scenario.execution(steps);
    expect(await scenario.driveOnce(id)).toEqual({ next: 'wait', wait_seconds: 30 });
    await scenario.cancel(id);
    const end = await scenario.toEnd(id);
    expect(scenario.calls).toHaveLength(1);
    expect(end.nexts).toEqual([{ next: 'finish' }]);
    expect(end.steps['only']).toMatchObject({ status: 'failed', attempts: 1, error: givenUp, nextAttemptMs: null });
    expect(end.execution).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED', step: null } });
  });

  it('while a step waits within the call of the driver ends it as well', async () => {
    const id = await scenario.execution([{ name: 'only', retry }, { name: 'slow' }]);
    scenario.serve(async ({ step }) => {
      if (step === 'only') return refusal(503);
      await turns(10);
      await scenario.cancel(id);
      scenario.home.clock.advance(300);
      return undefined;
    });
    const { steps, nexts } = await scenario.toEnd(id);
    expect(nexts).toEqual([{ next: 'finish' }]);
    expect(steps['only']?.error).toEqual(givenUp);
    expect(steps['slow']?.status).toBe('completed');
  });

  it('when all of its steps have ended has completed', async () => {
    const id = await scenario.execution(line.slice(0, 1));
    scenario.serve(async () => {
      await scenario.cancel(id);
      scenario.home.clock.advance(300);
      return undefined;
    });
    expect((await scenario.toEnd(id)).execution).toMatchObject({ status: 'completed', error: null });
  });
});
