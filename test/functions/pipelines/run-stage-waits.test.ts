import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadStageRun } from '../../../functions/pipelines/stage-run-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { connectionRefused, type ScriptedUpstream, scriptUpstream } from './scripted-upstream.ts';
import { runOnce, runToEnd } from './stage-scenario.ts';
import { storePipeline } from './stored-pipeline.ts';

const deadlineSeconds = 4_000;
let home: TestHome;
let upstream: ScriptedUpstream;
beforeEach(async () => {
  home = await openHome({ settings: { STAGE_DEADLINES: `validate=${deadlineSeconds}` } });
});
afterEach(async () => {
  upstream.remove();
  await home.close();
});

const start = () => storePipeline(home, { stages: ['generate', 'validate', 'test'] });
const failureOf = async (pipelineId: string) =>
  (await loadStageRun(home.backend, { pipelineId, stage: 'validate', iteration: 1 }))?.outcome?.failure;
const later = (status: number, seconds: number) =>
  new Response(null, { status, headers: { 'retry-after': String(seconds) } });
const starts = () => upstream.requests.filter(({ method }) => method === 'POST').length;

describe('an upstream that asks to be left alone for longer than five seconds', () => {
  it.each([
    [429, 6],
    [429, 60],
    [503, 3_000],
  ])(
    'with %i for %i seconds is left alone that long, by the state machine, and asked again',
    async (status, seconds) => {
      upstream = scriptUpstream({ fails: (_, number) => (number === 1 ? later(status, seconds) : undefined) });
      const { id } = await start();
      const transition = await runOnce(home, id);
      expect([transition.next, starts()]).toEqual(['wait', 1]);
      expect(transition.wait_seconds).toBe(seconds);
      home.clock.advance(seconds * 1000);
      expect(await runOnce(home, id)).toEqual({ next: 'continue', iteration: 1 });
      expect(upstream.jobs.size).toBe(1);
    },
  );

  it('every time is asked three times in all; then the stage fails as SERVICE_UNAVAILABLE', async () => {
    upstream = scriptUpstream({ fails: () => later(429, 60) });
    const { id } = await start();
    const startedMs = home.clock.now();
    expect((await runToEnd(home, id)).next).toBe('finish');
    expect([starts(), home.clock.now() - startedMs]).toEqual([3, 120_000]);
    expect(await failureOf(id)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
  });

  it('for longer than the stage has left is asked once more at the deadline, which ends the stage as TIMEOUT', async () => {
    upstream = scriptUpstream({ fails: () => later(429, 100_000) });
    const { id } = await start();
    expect((await runOnce(home, id)).wait_seconds).toBe(deadlineSeconds);
    home.clock.advance(deadlineSeconds * 1000);
    expect((await runOnce(home, id)).next).toBe('finish');
    expect(await failureOf(id)).toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('when it is asked how the work stands is left alone that long too', async () => {
    upstream = scriptUpstream({ fails: (_, number) => (number === 2 ? later(429, 90) : undefined) });
    const { id } = await start();
    expect(await runOnce(home, id)).toEqual({ next: 'wait', iteration: 1, wait_seconds: 90 });
    home.clock.advance(90_000);
    expect((await runOnce(home, id)).next).toBe('continue');
  });
});

describe('questions that fail', () => {
  const failing = (isAway: () => boolean) => (request: Request) =>
    request.method === 'GET' && isAway() ? connectionRefused() : undefined;

  it('are asked again for ten minutes, however often that is, and no longer', async () => {
    upstream = scriptUpstream({ fails: failing(() => true) });
    const { id } = await start();
    const startedMs = home.clock.now();
    expect((await runToEnd(home, id)).next).toBe('finish');
    const [failedForMs, run] = [
      home.clock.now() - startedMs,
      await loadStageRun(home.backend, { pipelineId: id, stage: 'validate', iteration: 1 }),
    ];
    expect(failedForMs).toBeGreaterThanOrEqual(600_000);
    expect(failedForMs).toBeLessThanOrEqual(720_000);
    expect(run?.outcome?.failure).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    expect(run?.logs.filter(({ level }) => level === 'warn')).toHaveLength(run?.polls as number);
  });

  it('are counted from the last answer', async () => {
    let isAway = true;
    upstream = scriptUpstream({ polls: 1, fails: failing(() => isAway) });
    const { id } = await start();
    const ask = async (afterSeconds: number, away: boolean) => {
      home.clock.advance(afterSeconds * 1000);
      isAway = away;
      return (await runOnce(home, id)).next;
    };
    expect(await ask(0, true)).toBe('wait');
    expect(await ask(599, true)).toBe('wait');
    expect(await ask(1, false)).toBe('wait');
    expect(await ask(1, true)).toBe('wait');
    expect(await ask(599, true)).toBe('wait');
    expect(await ask(1, false)).toBe('continue');
  });

  it('for a reason that asking again would not change end the stage at once', async () => {
    upstream = scriptUpstream({
      fails: ({ method }) => (method === 'GET' ? new Response(null, { status: 404 }) : undefined),
    });
    const { id } = await start();
    expect((await runOnce(home, id)).next).toBe('finish');
    expect(await failureOf(id)).toMatchObject({ code: 'STAGE_FAILED', retryable: false });
  });
});

describe('the wait', () => {
  it('is cut to what is left of the deadline, at which the stage is asked once more', async () => {
    upstream = scriptUpstream({ polls: 10_000 });
    const { id } = await start();
    const startedMs = home.clock.now();
    expect((await runToEnd(home, id)).next).toBe('finish');
    expect(home.clock.now() - startedMs).toBe(deadlineSeconds * 1000);
    expect(await failureOf(id)).toMatchObject({ code: 'TIMEOUT' });
  });
});
