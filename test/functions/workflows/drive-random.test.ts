import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planOf } from '../../../functions/workflows/plan.ts';
import { type DriverScenario, type Ended, openDriverScenario } from './driver-scenario.ts';
import { fatesOf, outcomesOf, type RandomStep, randomEvent, randomRun, servicesOf, stepsOf } from './random-run.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());

/** Runs steps to their end; checks at each call that what it depends on has ended. */
async function ended(run: readonly RandomStep[]): Promise<Ended> {
  const answered = new Set<string>();
  const early: string[] = [];
  const steps = new Map(run.map((step) => [step.name, step]));
  const seen = (name: string) => {
    if (!steps.get(name)?.depends_on.every((each) => answered.has(each))) early.push(name);
  };
  scenario.serve(servicesOf(run, { seen, answered: (name) => void answered.add(name) }));
  const end = await scenario.toEnd(await scenario.execution(stepsOf(run), randomEvent));
  expect(early, 'steps that were called before what they depend on had ended').toEqual([]);
  return end;
}

function expectFates(run: readonly RandomStep[], end: Pick<Ended, 'steps'>): void {
  const outcomes = outcomesOf(end);
  expect(Object.keys(outcomes).toSorted()).toEqual(run.map(({ name }) => name).toSorted());
  for (const [name, fates] of fatesOf(run)) expect(fates, `what became of ${name}`).toContain(outcomes[name]);
}

it('whatever the steps: each is called once or skipped for its reason, after all that it depends on, and the run ends', async () => {
  await fc.assert(
    fc.asyncProperty(randomRun(30), async (run) => {
      const end = await ended(run);
      expectFates(run, end);
      const calledOnce = Object.values(end.steps).filter(({ status }) => status !== 'skipped');
      expect(scenario.calls.map(({ step }) => step).toSorted()).toEqual(calledOnce.map(({ name }) => name).toSorted());
      expect(calledOnce.every(({ attempts }) => attempts === 1)).toBe(true);
      expect(end.nexts).toEqual([{ next: 'finish' }]);
      const isFailed = run.some(({ name, isPassedOver }) => end.steps[name]?.status === 'failed' && !isPassedOver);
      expect(end.execution.status).toBe(isFailed ? 'failed' : 'completed');
    }),
    { numRuns: 60 },
  );
});

it('of failures, the descendants are skipped and nothing else', async () => {
  const failing = randomRun(30).map((run) => run.map((step) => ({ ...step, isPassedOver: false, isMet: undefined })));
  await fc.assert(
    fc.asyncProperty(failing, async (run) => {
      const { steps } = await ended(run);
      const { ancestors } = planOf(run);
      for (const { name } of run) {
        const isDescendant = [...(ancestors.get(name) ?? [])].some((each) => steps[each]?.status === 'failed');
        expect(steps[name]?.status === 'skipped', `whether ${name} is skipped`).toBe(isDescendant);
      }
    }),
    { numRuns: 30 },
  );
});
