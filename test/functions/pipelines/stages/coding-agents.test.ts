import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../../../functions/pipelines/stages/generate.ts';
import { connectionRefused } from '../scripted-upstream.ts';
import { type RoutedUpstream, type Routes, routeUpstream } from './routed-upstream.ts';
import { openStageBench, type StageBench } from './stage-bench.ts';

let bench: StageBench;
let upstream: RoutedUpstream;
beforeAll(async () => {
  bench = await openStageBench('generate', generate);
});
afterAll(() => bench.close());
afterEach(() => upstream.remove());

const [toAlpha, toBeta] = ['POST /api/v1/tasks', 'POST /api/v1/solve'];
const commit = {
  summary: 'Done.',
  commit_sha: 'c0ffee',
  branch: 'main',
  files_changed: ['a.ts', 'b.ts'],
  tokens_used: 5,
};
const patch = '--- a\n+++ b\n';

/** Both agents take their work on and have done it when asked, unless told. */
function routeAgents(changes: Routes = {}) {
  const job = { id: 'job-1', created_at: '2025-01-15T10:30:00Z' };
  upstream = routeUpstream({
    [toAlpha]: () => ({ ...job, status: 'queued' }),
    'GET /api/v1/tasks/job-1': () => ({ ...job, status: 'completed', result: { ...commit, patch } }),
    [toBeta]: () => ({ ...job, status: 'queued' }),
    'GET /api/v1/solve/job-1': () => ({ ...job, status: 'completed', result: commit }),
    'GET /api/v1/solve/job-1/patch': () => ({ id: job.id, patch }),
    ...changes,
  });
}

const alphaAnswers = (job: object): Routes => ({
  'GET /api/v1/tasks/job-1': () => ({ id: 'job-1', created_at: '2025-01-15T10:30:00Z', ...job }),
});

describe('the work goes', () => {
  it('to the first agent, and to no other when it takes it on', async () => {
    routeAgents();
    expect((await bench.runToEnd(await bench.start())).next).toBe('continue');
    expect([upstream.count(toAlpha), upstream.count(toBeta)]).toEqual([1, 0]);
  });

  it.each([
    ['cannot be reached', connectionRefused],
    ['is busy', () => new Response(null, { status: 429, headers: { 'retry-after': '60' } })],
  ])('to the second when the first %s, whose result counts as well', async (_, refusal) => {
    routeAgents({ [toAlpha]: refusal });
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('continue');
    expect(upstream.count(toBeta)).toBe(1);
    const { outcome, artifacts } = await bench.runOf(id);
    expect(outcome?.result).toMatchObject({ agent: 'ai-coder-beta', commit_sha: 'c0ffee', files_changed: 2 });
    expect(artifacts).toMatchObject([{ name: 'changes.patch', size: patch.length }]);
  });

  it.each([500, 502, 504, 400])('not to the second when the first answers %i', async (status) => {
    routeAgents({ [toAlpha]: () => new Response(null, { status }) });
    expect((await bench.runToEnd(await bench.start())).next).toBe('finish');
    expect(upstream.count(toBeta)).toBe(0);
  });
});

describe.each([
  ['before it happened', false],
  ['after it happened', true],
])('a process that dies at any write, %s', (_, isAnswerLost) => {
  it('never asks the first agent again once the second may have the work', async () => {
    let deaths = 0;
    for (let writes = 0; ; writes += 1) {
      let hasBegun = false;
      routeAgents({ [toAlpha]: () => (hasBegun ? { id: 'late', status: 'queued' } : connectionRefused()) });
      const id = await bench.start();
      const isDead = await bench.dieAt(id, writes, isAnswerLost);
      if (!isDead) break;
      deaths += 1;
      hasBegun = upstream.count(toBeta) > 0;
      const asked = upstream.count(toAlpha);
      expect((await bench.runToEnd(id)).next).toBe('continue');
      if (hasBegun) expect(upstream.count(toAlpha), `after a death at write ${writes}`).toBe(asked);
      const keys = upstream.requests.filter(({ name }) => name === toBeta);
      expect(new Set(keys.map(({ request }) => request.headers.get('idempotency-key'))).size).toBe(1);
      upstream.remove();
    }
    expect(deaths).toBeGreaterThan(6);
  });
});

describe('what an agent made of it', () => {
  it('is kept: the commit, how many files it changed, and the patch as a file', async () => {
    routeAgents();
    const id = await bench.start();
    await bench.runToEnd(id);
    const { outcome, artifacts } = await bench.runOf(id);
    const { files_changed: _files, ...rest } = commit;
    expect(outcome?.result).toEqual({ ...rest, files_changed: 2, agent: 'ai-coder-alpha' });
    expect(Buffer.from((await bench.home.backend.objects.get(artifacts[0]?.key ?? '')) ?? []).toString()).toBe(patch);
  });

  it.each([
    [
      'failed with a result that it has all the same',
      { status: 'failed', result: { ...commit, patch }, error: 'Gave up.' },
      'Gave up.',
    ],
    ['was cancelled', { status: 'cancelled', result: null }, 'the job ended as cancelled without a result'],
    [
      'completed without a result',
      { status: 'completed', result: null },
      'the job ended as completed without a result',
    ],
  ])('is a failure when the job %s', async (_, job, reason) => {
    routeAgents(alphaAnswers(job));
    const id = await bench.start(['generate', 'validate']);
    expect(await bench.runToEnd(id)).toEqual({ next: 'finish', iteration: 1 });
    const { outcome, artifacts } = await bench.runOf(id);
    expect(outcome).toMatchObject({ verdict: 'rejected', failure: { code: 'STAGE_FAILED' }, result: {} });
    expect(outcome?.reasons.join()).toContain(reason);
    expect(artifacts).toEqual([]);
  });

  it('is shortened where it is stored, however much the agent says: its beginning and its end stay', async () => {
    const error = `It began. ${'x'.repeat(100_000)} It ended.`;
    routeAgents(alphaAnswers({ status: 'failed', error }));
    const id = await bench.start();
    await bench.runToEnd(id);
    const run = await bench.runOf(id);
    expect(JSON.stringify(run).length).toBeLessThan(10_000);
    const [reason = ''] = run.outcome?.reasons ?? [];
    expect(reason.length).toBeLessThanOrEqual(1_000);
    expect(reason).toMatch(/^The coding agent failed: It began\. .* It ended\.\.$/);
    expect(run.outcome?.failure?.message.length).toBeLessThanOrEqual(2_000);
  });

  it('is shortened too when it succeeded: summary and files', async () => {
    const files_changed = Array.from({ length: 50_000 }, (_, index) => `src/file-${index}.ts`);
    const result = { ...commit, patch, summary: 's'.repeat(100_000), files_changed };
    routeAgents(alphaAnswers({ status: 'completed', result }));
    const id = await bench.start();
    await bench.runToEnd(id);
    const run = await bench.runOf(id);
    expect(run.outcome?.result['files_changed']).toBe(50_000);
    expect(String(run.outcome?.result['summary']).length).toBeLessThanOrEqual(2_000);
    expect(JSON.stringify(run).length).toBeLessThan(10_000);
  });
});
