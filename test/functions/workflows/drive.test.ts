import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DriverScenario, openDriverScenario, turns } from './driver-scenario.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());
beforeEach(() => void scenario.home.clock.advance(60_000));

const called = () => scenario.calls.map(({ step }) => step);
const wide = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `w${index}` }));

describe('a step', () => {
  it('that is still under way when others end is not called again', async () => {
    scenario.serve(async ({ step }) => {
      if (step === 'slow') await turns(50);
      return undefined;
    });
    const id = await scenario.execution([{ name: 'slow' }, ...wide(5)]);
    const { execution, steps } = await scenario.toEnd(id);
    expect(called().toSorted()).toEqual(['slow', 'w0', 'w1', 'w2', 'w3', 'w4']);
    expect(execution.status).toBe('completed');
    expect(steps['slow']).toMatchObject({ status: 'completed', attempts: 1 });
  });
});
