import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import { type DriverScenario, openDriverScenario, refusal, type StepGiven, turns } from './driver-scenario.ts';
import { fatesOf, outcomesOf, randomEvent, randomRun, servicesOf, stepsOf } from './random-run.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());
beforeEach(() => void scenario.home.clock.advance(60_000));

const retry = { max_attempts: 3, backoff_seconds: 5 };
/** Everything that a driver writes: attempts, a large answer, a condition, a failure and what is skipped for it. */
const mixed: StepGiven[] = [
  { name: 'a', retry },
  { name: 'large', depends_on: ['a'] },
  { name: 'shaky', depends_on: ['a'], retry },
  { name: 'unmet', when: { value: '{{event.none}}', exists: true } },
  { name: 'broken', depends_on: ['large'], continue_on_error: true },
  { name: 'unfilled', depends_on: ['large'], when: { value: '{{event.none}}', equals: 1 } },
  { name: 'never', depends_on: ['unfilled', 'shaky'] },
  { name: 'z', depends_on: ['large', 'shaky', 'broken'], action: 'POST /', input: { all: '{{steps.large.output}}' } },
];
const outcomes = {
  a: 'completed',
  large: 'completed',
  shaky: 'completed',
  unmet: 'condition_not_met',
  broken: 'failed',
  unfilled: 'failed',
  never: 'dependency_failed',
  z: 'completed',
};
const large = { text: 'x'.repeat(9000) };

function serveMixed(): void {
  let isShaky = true;
  scenario.serve(({ step }) => {
    if (step === 'large') return Response.json(large);
    if (step === 'broken') return refusal(400);
    if (step !== 'shaky' || !isShaky) return undefined;
    isShaky = false;
    return refusal(503);
  });
}

/** The names of steps that are stored as ended. */
const endedSteps = async (id: string) =>
  new Set(Object.values(await scenario.steps(id)).flatMap(({ name, status }) => (status === 'running' ? [] : [name])));

/** Each step of an execution was called with one key, which is its own. */
function expectOneKeyEach(id: string): void {
  for (const { headers, step } of scenario.calls) expect(headers.get('idempotency-key')).toBe(`${id}:${step}`);
}

/** Drives until the process dies at a write, and says whether it did. */
async function dies(id: string, writes: number, isAnswerLost: boolean): Promise<boolean> {
  const backend = dyingBackend(scenario.home.backend, writes, isAnswerLost);
  for (;;) {
    const next = await scenario.driveOnce(id, { backend }).catch(() => undefined);
    await turns(3);
    if (backend.isDead()) return true;
    if (next?.next === 'wait') scenario.home.clock.advance(next.wait_seconds * 1000);
    else return false;
  }
}

describe.each([
  ['before it happened', false],
  ['after it happened', true],
])('a driver that dies at any write, %s', (_, isAnswerLost) => {
  it('leaves steps that end as they would have, and calls none again that had ended', async () => {
    let deaths = 0;
    for (let writes = 0; ; writes += 1) {
      serveMixed();
      const id = await scenario.execution(mixed);
      if (!(await dies(id, writes, isAnswerLost))) break;
      deaths += 1;
      const ended = await endedSteps(id);
      const callsBefore = scenario.calls.length;
      const end = await scenario.toEnd(id);
      const again = scenario.calls.slice(callsBefore).map(({ step }) => step);
      expect(
        again.filter((step) => ended.has(step)),
        `called again after write ${writes}`,
      ).toEqual([]);
      expect(outcomesOf(end), `after a death at write ${writes}`).toEqual(outcomes);
      expect(end.execution).toMatchObject({ status: 'failed', error: { step: 'unfilled', code: 'TEMPLATE_FAILED' } });
      expect(scenario.calls.findLast(({ step }) => step === 'z')?.body).toEqual({ all: large });
      expect(end.steps['shaky']?.attempts).toBeLessThanOrEqual(2);
      expectOneKeyEach(id);
    }
    expect(deaths).toBeGreaterThan(12);
  });
});

it('random steps whose driver dies again and again each end as they would have', async () => {
  const deaths = fc.array(fc.tuple(fc.nat(12), fc.boolean()), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(randomRun(15), deaths, async (run, died) => {
      scenario.serve(servicesOf(run));
      const id = await scenario.execution(stepsOf(run), randomEvent);
      for (const [writes, isAnswerLost] of died) await dies(id, writes, isAnswerLost);
      const end = await scenario.toEnd(id);
      const became = outcomesOf(end);
      for (const [name, fates] of fatesOf(run)) expect(fates, `what became of ${name}`).toContain(became[name]);
      for (const { attempts, status } of Object.values(end.steps)) expect(attempts).toBe(status === 'skipped' ? 0 : 1);
      expectOneKeyEach(id);
    }),
    { numRuns: 25 },
  );
});

it('a step that is cut short a fourth time has failed, since it may be what ends the process', async () => {
  scenario.serve(() => new Promise(() => undefined));
  const id = await scenario.execution([{ name: 'fatal' }, { name: 'after', depends_on: ['fatal'] }]);
  for (let calls = 1; calls <= 4; calls += 1) {
    void scenario.driveOnce(id);
    await vi.waitFor(() => expect(scenario.calls).toHaveLength(calls));
  }
  const { execution, steps } = await scenario.toEnd(id);
  expect(steps['fatal']).toMatchObject({ status: 'failed', attempts: 1, cutShort: 4, error: { code: 'INTERNAL' } });
  expect(steps['after']).toMatchObject({ status: 'skipped', skipReason: 'dependency_failed' });
  expect([execution.status, scenario.calls.length]).toEqual(['failed', 4]);
});

/** What two calls gave, once both are over; throws what one of them threw. */
async function bothOf<T>(one: Promise<T>, other: Promise<T>): Promise<T[]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

describe('two calls of the driver at once', () => {
  it('neither fail nor record an attempt that the other made as one of their own', async () => {
    await fc.assert(
      fc.asyncProperty(randomRun(12), fc.nat(6), async (run, lead) => {
        scenario.serve(servicesOf(run));
        const id = await scenario.execution(stepsOf(run), randomEvent);
        const first = scenario.driveOnce(id);
        await turns(lead);
        const nexts = await bothOf(first, scenario.driveOnce(id));
        expect(nexts.some(({ next }) => next === 'finish' || next === 'wait')).toBe(true);
        const end = await scenario.toEnd(id);
        const became = outcomesOf(end);
        for (const [name, fates] of fatesOf(run)) expect(fates, `what became of ${name}`).toContain(became[name]);
        for (const { attempts, status } of Object.values(end.steps))
          expect(attempts).toBe(status === 'skipped' ? 0 : 1);
        expectOneKeyEach(id);
      }),
      { numRuns: 40 },
    );
  });

  it('leave the execution to the one that has it, which comes to its end', async () => {
    scenario.serve(() => turns(5).then(() => undefined));
    const line = Array.from({ length: 5 }, (_, index) => ({
      name: `s${index}`,
      depends_on: index === 0 ? [] : [`s${index - 1}`],
    }));
    const id = await scenario.execution(line);
    const nexts = await Promise.all([scenario.driveOnce(id), scenario.driveOnce(id)]);
    expect(nexts).toContainEqual({ next: 'finish' });
    for (const next of nexts) expect([{ next: 'finish' }, { next: 'wait', wait_seconds: 5 }]).toContainEqual(next);
    expect(await scenario.driveOnce(id)).toEqual({ next: 'finish' });
  });
});

describe('a driver whose writes fail', () => {
  it('fails once the calls that it made have ended', async () => {
    const id = await scenario.execution([{ name: 'slow' }, { name: 'other' }]);
    let underWay = 0;
    scenario.serve(async ({ step }) => {
      underWay += 1;
      await turns(step === 'slow' ? 20 : 0);
      underWay -= 1;
      return undefined;
    });
    const backend = dyingBackend(scenario.home.backend, 1, false);
    await expect(scenario.driveOnce(id, { backend })).rejects.toThrow();
    expect(underWay).toBe(0);
  });
});

describe('the time of a call of the driver', () => {
  const steps = ['a', 'b', 'c'].map((name, index, all) => ({
    name,
    depends_on: all.slice(0, index),
    timeout_seconds: 30,
  }));

  it('is never begun to be overrun: the next call goes on where it was', async () => {
    scenario.serve(() => void scenario.home.clock.advance(25_000));
    const id = await scenario.execution(steps);
    const { nexts, execution } = await scenario.toEnd(id, { budgetMs: 85_000 });
    expect(nexts).toEqual([{ next: 'again' }, { next: 'finish' }]);
    expect(execution.status).toBe('completed');
    expect(scenario.calls.map(({ step }) => step)).toEqual(['a', 'b', 'c']);
  });

  it('lets each call do something, however short it is', async () => {
    scenario.serve(() => void scenario.home.clock.advance(25_000));
    const id = await scenario.execution(steps);
    const { nexts } = await scenario.toEnd(id, { budgetMs: 40_000 });
    expect(nexts).toEqual([{ next: 'again' }, { next: 'again' }, { next: 'finish' }]);
  });

  it('waits for what is under way when there is no time for more', async () => {
    let ended = false;
    scenario.serve(async ({ step }) => {
      if (step !== 'slow') return void scenario.home.clock.advance(70_000);
      await turns(20);
      ended = true;
      return undefined;
    });
    const id = await scenario.execution([...steps, { name: 'slow' }]);
    expect(await scenario.driveOnce(id, { budgetMs: 90_000 })).toEqual({ next: 'again' });
    expect(ended).toBe(true);
    expect(Object.keys(await scenario.steps(id)).toSorted()).toEqual(['a', 'slow']);
  });
});

describe('the largest workflows', () => {
  it('run as one line of 200 steps', async () => {
    scenario.serve(() => undefined);
    const line = Array.from({ length: 200 }, (_, index) => ({
      name: `s${index}`,
      depends_on: index === 0 ? [] : [`s${index - 1}`],
    }));
    const { execution } = await scenario.toEnd(await scenario.execution(line.toReversed()));
    expect(execution.status).toBe('completed');
    expect(scenario.calls.map(({ step }) => step)).toEqual(line.map(({ name }) => name));
  });

  it('run as 199 steps beside each other, 64 at a time, and one after them', async () => {
    let underWay = 0;
    let most = 0;
    scenario.serve(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await turns(20);
      underWay -= 1;
      return undefined;
    });
    const wide = Array.from({ length: 199 }, (_, index) => ({ name: `s${index}` }));
    const join = { name: 'join', depends_on: wide.map(({ name }) => name) };
    const { execution } = await scenario.toEnd(await scenario.execution([join, ...wide]));
    expect(execution.status).toBe('completed');
    expect(scenario.calls).toHaveLength(200);
    expect(scenario.calls.at(-1)?.step).toBe('join');
    expect(most).toBe(64);
  });
});
