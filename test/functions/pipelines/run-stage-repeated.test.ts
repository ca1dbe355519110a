import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Transition } from '../../../functions/pipelines/settle-stage.ts';
import { listStageRuns } from '../../../functions/pipelines/stage-run-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from './dying-backend.ts';
import { type ScriptedUpstream, scriptUpstream } from './scripted-upstream.ts';
import { runOnce, runToEnd, stored } from './stage-scenario.ts';
import { storePipeline } from './stored-pipeline.ts';

let home: TestHome;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());
beforeEach(() => {
  home.published.length = 0;
  home.clock.advance(60_000);
});
afterEach(() => upstream.remove());

let branches = 0;
const start = () =>
  storePipeline(home, { stages: ['generate', 'validate', 'test'], config: { branch: `b${branches++}` } });

/** Writes of one stage that passes: begin of run and pipeline, three steps, the run's end, its event, the pipeline. */
const writesMax = 12;

/** Runs a stage whose process dies at the n-th write, then again with a process that lives. Undefined when n is beyond the last. */
async function runWithDeath(writes: number, isAnswerLost: boolean): Promise<Transition | undefined> {
  const { id } = await start();
  const backend = dyingBackend(home.backend, writes, isAnswerLost);
  const death: unknown = await runToEnd({ ...home, backend }, id).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!backend.isDead()) return undefined;
  expect(death).toBeInstanceOf(Death);
  home.clock.advance(5_000);
  const transition = await runToEnd(home, id);
  expect((await stored(home, id)).stages.validate).toMatchObject({ iteration: 1, completedMs: expect.any(Number) });
  expect(await runOnce(home, id)).toEqual(transition);
  return transition;
}

describe.each([
  ['before it happened', false],
  ['after it happened', true],
])('a process that dies at any write, %s', (_, isAnswerLost) => {
  it.each([
    ['continue', [], { next: 'continue', iteration: 1 }],
    ['send_back', ['No.'], { next: 'send_back', iteration: 2 }],
  ])('leaves work that ends as it would have: %s', async (_next, reasons, expected) => {
    let deaths = 0;
    for (let writes = 0; ; writes += 1) {
      upstream = scriptUpstream({ polls: 1, reasons });
      home.published.length = 0;
      const transition = await runWithDeath(writes, isAnswerLost);
      if (transition === undefined) break;
      deaths += 1;
      expect(transition).toEqual(expected);
      expect(upstream.jobs.size, `jobs after a death at write ${writes}`).toBe(1);
      expect(new Set(home.published.map(({ id }) => id)).size, `events after a death at write ${writes}`).toBe(1);
      upstream.remove();
    }
    expect(deaths).toBeGreaterThan(6);
    expect(deaths).toBeLessThanOrEqual(writesMax);
  });
});

describe('a call for an earlier iteration, after a later one began', () => {
  it('gives the answer of that time, and changes nothing', async () => {
    upstream = scriptUpstream({ reasons: ['No.'] });
    const { id } = await start();
    await runToEnd(home, id, { stage: 'generate', script: async () => ({ reasons: [], result: {} }) });
    const sentBack = await runToEnd(home, id);
    await runOnce(home, id, { stage: 'generate', iteration: 2 });
    const [pipeline, published] = [await stored(home, id), [...home.published]];
    expect(await runOnce(home, id)).toEqual(sentBack);
    expect(await runOnce(home, id, { stage: 'generate' })).toEqual({ next: 'continue', iteration: 1 });
    expect([await stored(home, id), home.published]).toEqual([pipeline, published]);
  });
});

it('two calls at the same time start the work once, and one of them at most fails', async () => {
  upstream = scriptUpstream({ polls: 1 });
  const { id } = await start();
  const calls = await Promise.allSettled([runOnce(home, id), runOnce(home, id)]);
  expect(calls.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
  expect(await runToEnd(home, id)).toEqual({ next: 'continue', iteration: 1 });
  expect(upstream.jobs.size).toBe(1);
  expect(await listStageRuns(home.backend, id)).toHaveLength(1);
});

it('an execution that is started again from its stored input makes the same transitions', async () => {
  upstream = scriptUpstream();
  const { id } = await start();
  const rejects = async (work: { run: { iteration: number } }) => ({
    reasons: work.run.iteration === 1 ? ['No.'] : [],
    result: {},
  });
  const run = async () => {
    const seen: Transition[] = [];
    let iteration = 1;
    for (const stage of ['generate', 'validate', 'generate', 'validate', 'test'] as const) {
      const script = stage === 'validate' ? { script: rejects } : {};
      const transition = await runToEnd(home, id, { stage, iteration, ...script });
      seen.push(transition);
      iteration = transition.iteration;
    }
    return seen;
  };
  const first = await run();
  const [pipeline, requests, events] = [await stored(home, id), upstream.requests.length, home.published.length];
  expect(await run()).toEqual(first);
  expect([await stored(home, id), upstream.requests.length, home.published.length]).toEqual([
    pipeline,
    requests,
    events,
  ]);
  expect(first.map(({ next }) => next)).toEqual(['continue', 'send_back', 'continue', 'continue', 'continue']);
});
