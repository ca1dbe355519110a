import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Pipeline,
  withCancelRequested,
  withEnd,
  withStageBegun,
  withStageEnded,
} from '../../../functions/pipelines/pipeline.ts';
import { changePipeline } from '../../../functions/pipelines/pipeline-store.ts';
import { listStageRuns } from '../../../functions/pipelines/stage-run-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { overtakenBackend } from './overtaken-backend.ts';
import { type ScriptedUpstream, scriptUpstream } from './scripted-upstream.ts';
import { runOnce, runToEnd, stored } from './stage-scenario.ts';
import { storePipeline } from './stored-pipeline.ts';

let home: TestHome;
let upstream: ScriptedUpstream;
let branches = 0;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());
beforeEach(() => {
  home.published.length = 0;
});
afterEach(() => upstream.remove());

const start = () =>
  storePipeline(home, { stages: ['generate', 'validate', 'test'], config: { branch: `b${branches++}` } });

type Rule = (pipeline: Pipeline, nowMs: number) => Pipeline;
const cancelled: Rule = (pipeline, nowMs) => withCancelRequested(pipeline, nowMs);
const ended: Rule = (pipeline, nowMs) => withEnd(pipeline, undefined, nowMs);
const inNextIteration: Rule = (pipeline, nowMs) => withStageBegun(pipeline, 'generate', 2, nowMs);
const validateEnded: Rule = (pipeline, nowMs) =>
  withStageEnded(pipeline, 'validate', { iteration: 1, passed: false, completedMs: nowMs });
const validateAgain: Rule = (pipeline, nowMs) =>
  withStageBegun(inNextIteration(validateEnded(pipeline, nowMs), nowMs), 'validate', 2, nowMs);

/** What somebody else does to the pipeline meanwhile. */
const change = (id: string, rule: Rule) => changePipeline(home.backend, id, (now) => rule(now, home.clock.now()));

/** One call of the stage whose first write of the pipeline is overtaken by the rule. */
async function runOvertaken(id: string, rule: Rule) {
  const backend = overtakenBackend(home.backend, () => change(id, rule));
  const transition = await runOnce({ ...home, backend }, id);
  expect(backend.isOvertaken()).toBe(true);
  return transition;
}

describe('between loading the pipeline and beginning the stage', () => {
  it.each([
    ['a cancellation', cancelled],
    ['the end', ended],
    ['a later iteration', inNextIteration],
  ])('%s keeps the stage from beginning: nothing is asked, stored or published', async (_, rule) => {
    upstream = scriptUpstream();
    const { id } = await start();
    expect(await runOvertaken(id, rule)).toEqual({ next: 'finish', iteration: 1 });
    const expected = await stored(home, id);
    expect(expected.stages.validate?.status).not.toMatch(/running|completed|failed/);
    expect(expected.revision).toBe(2);
    expect([upstream.requests, await listStageRuns(home.backend, id), home.published]).toEqual([[], [], []]);
  });

  it('another call of the same stage begins it first: both do the same work, which is started once', async () => {
    upstream = scriptUpstream();
    const { id } = await start();
    const startedMs = home.clock.now();
    const begun: Rule = (pipeline) => withStageBegun(pipeline, 'validate', 1, startedMs);
    expect((await runOvertaken(id, begun)).next).toBe('continue');
    expect((await stored(home, id)).stages.validate).toMatchObject({ status: 'completed', startedMs });
    expect(upstream.jobs.size).toBe(1);
  });
});

describe('a stage that had begun, called again', () => {
  it.each([
    ['after the end of its pipeline', ended],
    ['after its own end', validateEnded],
    ['after a later iteration began', inNextIteration],
    ['after it began again in a later iteration', validateAgain],
  ])('%s asks nothing upstream and changes nothing', async (_, rule) => {
    upstream = scriptUpstream({ polls: 5 });
    const { id } = await start();
    await runOnce(home, id);
    await change(id, rule);
    const before = [await stored(home, id), await listStageRuns(home.backend, id), upstream.requests.length];
    expect(await runOnce(home, id)).toEqual({ next: 'finish', iteration: 1 });
    expect([await stored(home, id), await listStageRuns(home.backend, id), upstream.requests.length]).toEqual(before);
    expect(home.published).toEqual([]);
  });
});

describe('a run that settles late', () => {
  it.each([
    ['passed', [], 'continue'],
    ['was rejected', ['No.'], 'send_back'],
  ])('and %s changes neither the stage of the next iteration', async (_, reasons, next) => {
    upstream = scriptUpstream({ polls: 1, reasons });
    const { id } = await start();
    await runOnce(home, id);
    expect((await runOvertaken(id, validateAgain)).next).toBe(next);
    expect(await stored(home, id)).toMatchObject({
      iteration: 2,
      stages: { generate: { status: 'running', iteration: 2 }, validate: { status: 'running', iteration: 2 } },
    });
  });

  it.each([
    ['passed', []],
    ['was rejected', ['No.']],
  ])('and %s, nor a pipeline that has ended', async (_, reasons) => {
    upstream = scriptUpstream({ polls: 1, reasons });
    const { id } = await start();
    await runOnce(home, id);
    await change(id, cancelled);
    await runOvertaken(id, ended);
    const pipeline = await stored(home, id);
    expect(pipeline).toMatchObject({ status: 'cancelled', stages: { validate: { status: 'failed' } }, revision: 4 });
    await runToEnd(home, id);
    expect(await stored(home, id)).toEqual(pipeline);
  });
});
