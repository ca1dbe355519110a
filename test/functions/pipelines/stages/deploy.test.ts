import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deploy } from '../../../../functions/pipelines/stages/deploy.ts';
import { repoUrl } from '../requests.ts';
import { connectionRefused } from '../scripted-upstream.ts';
import { connectionReset, type RoutedUpstream, routeUpstream, tooLarge } from './routed-upstream.ts';
import { openStageBench, type StageBench } from './stage-bench.ts';

let bench: StageBench;
let upstream: RoutedUpstream;
beforeAll(async () => {
  bench = await openStageBench('deploy', deploy);
});
afterAll(() => bench.close());
afterEach(() => upstream.remove());

const redeploy = 'PUT /api/stacks/1/git/redeploy';

/** The repository's stack. `answer` answers the request for a roll-out; what `rollOut` gives is the stack after one. */
function routeStack(answer: (rollOut: () => object, number: number) => Response | Error | object) {
  const stack = {
    Id: 1,
    Name: 'my-project',
    EndpointId: 2,
    Status: 1,
    CreationDate: 1,
    UpdateDate: 0,
    GitConfig: { URL: repoUrl, ReferenceName: 'refs/heads/main', ConfigFilePath: 'compose.yml', ConfigHash: 'a' },
  };
  const rollOut = (reference: string) => {
    stack.UpdateDate += 1;
    stack.GitConfig.ReferenceName = reference;
    return stack;
  };
  upstream = routeUpstream({
    'GET /api/v1/backups': () => [{ Backup: { ID: '1', Name: 'my-project' } }],
    'POST /api/v1/backup/1/run': () => ({ Status: 'OK', ID: 7 }),
    'GET /api/v1/task/7': () => ({ ID: 7, Status: 'Completed' }),
    'GET /api/stacks': () => [stack],
    [redeploy]: async (request) => {
      const { RepositoryReferenceName } = (await request.json()) as { RepositoryReferenceName: string };
      return answer(() => rollOut(RepositoryReferenceName), upstream.count(redeploy));
    },
  });
  return rollOut;
}

const ours = () => `refs/heads/${bench.branch()}`;
const status = (code: number, headers: Record<string, string> = {}) => new Response(null, { status: code, headers });

describe('a roll-out whose answer is lost', () => {
  it.each([
    ['the connection breaks', connectionReset],
    ['a proxy answers 502', () => status(502)],
    ['a proxy answers 503 and asks to come again', () => status(503, { 'retry-after': '60' })],
    ['a proxy answers 504', () => status(504)],
    ['the answer is no JSON', () => new Response('<html>')],
    ['the answer is too large', tooLarge],
  ])('is not asked for again when %s; the stage waits until the stack shows it', async (_, lost) => {
    const rollOut = routeStack(lost);
    const id = await bench.start();
    expect((await bench.runOnce(id)).next).toBe('wait');
    bench.home.clock.advance(1_000);
    expect((await bench.runOnce(id)).next).toBe('wait');
    rollOut(ours());
    expect(await bench.runToEnd(id)).toEqual({ next: 'continue', iteration: 1 });
    expect(upstream.count(redeploy)).toBe(1);
    expect((await bench.runOf(id)).logs.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('and that never shows ends the stage as TIMEOUT, asked for once', async () => {
    routeStack(connectionReset);
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('finish');
    expect((await bench.runOf(id)).outcome?.failure).toMatchObject({ code: 'TIMEOUT', stage: 'deploy' });
    expect(upstream.count(redeploy)).toBe(1);
  });

  it('is not mistaken for one of another branch that came meanwhile', async () => {
    const rollOut = routeStack(connectionReset);
    const id = await bench.start();
    await bench.runOnce(id);
    rollOut('refs/heads/another');
    bench.home.clock.advance(1_000);
    expect((await bench.runOnce(id)).next).toBe('wait');
    rollOut(ours());
    bench.home.clock.advance(2_000);
    expect((await bench.runOnce(id)).next).toBe('continue');
  });
});

describe('a roll-out that was certainly not taken on', () => {
  it('because no connection was made is asked for again', async () => {
    routeStack((rollOut, number) => (number < 3 ? connectionRefused() : rollOut()));
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('continue');
    expect(upstream.count(redeploy)).toBe(3);
  });

  it('because the service is busy is asked for again after the time that it asked for', async () => {
    routeStack((rollOut, number) => (number === 1 ? status(429, { 'retry-after': '60' }) : rollOut()));
    const id = await bench.start();
    expect(await bench.runOnce(id)).toEqual({ next: 'wait', iteration: 1, wait_seconds: 60 });
    bench.home.clock.advance(60_000);
    expect((await bench.runToEnd(id)).next).toBe('continue');
    expect(upstream.count(redeploy)).toBe(2);
  });

  it('three times ends the stage as SERVICE_UNAVAILABLE', async () => {
    routeStack(connectionRefused);
    const id = await bench.start();
    expect((await bench.runOnce(id)).next).toBe('finish');
    expect((await bench.runOf(id)).outcome?.failure).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    expect(upstream.count(redeploy)).toBe(3);
  });
});

describe('a roll-out that the service says has failed', () => {
  it.each([500, 501])('with %i is a reason against it at once, and nothing is waited for', async (code) => {
    routeStack(() => status(code));
    const id = await bench.start();
    expect(await bench.runOnce(id)).toEqual({ next: 'finish', iteration: 1 });
    const { outcome } = await bench.runOf(id);
    expect(outcome).toMatchObject({ verdict: 'rejected', failure: { code: 'STAGE_FAILED', retryable: false } });
    expect(outcome?.reasons[0]).toMatch(new RegExp(`^The roll-out failed: .*answered ${code}`));
    expect([upstream.count(redeploy), upstream.count('GET /api/stacks')]).toEqual([1, 1]);
  });
});

describe.each([
  ['before it happened', false],
  ['after it happened', true],
])('a process that dies at any write, %s', (_, isAnswerLost) => {
  it('asks for the roll-out at most once, and comes to an end', async () => {
    let [deaths, passed] = [0, 0];
    for (let writes = 0; ; writes += 1) {
      routeStack((rollOut) => rollOut());
      const id = await bench.start();
      const isDead = await bench.dieAt(id, writes, isAnswerLost);
      if (!isDead) break;
      deaths += 1;
      const { next } = await bench.runToEnd(id);
      const { outcome } = await bench.runOf(id);
      if (next === 'continue') passed += 1;
      else expect(outcome?.failure?.code, `after a death at write ${writes}`).toBe('TIMEOUT');
      expect(upstream.count(redeploy), `roll-outs after a death at write ${writes}`).toBeLessThanOrEqual(1);
      if (next === 'continue') expect(upstream.count(redeploy)).toBe(1);
      upstream.remove();
    }
    expect(deaths).toBeGreaterThan(8);
    expect(deaths - passed).toBe(isAnswerLost ? 1 : 0);
  });
});
