import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { test as testStage } from '../../../../functions/pipelines/stages/test.ts';
import { type RoutedUpstream, type Routes, routeUpstream, tooLarge } from './routed-upstream.ts';
import { openStageBench, type StageBench } from './stage-bench.ts';

let bench: StageBench;
let upstream: RoutedUpstream;
beforeAll(async () => {
  bench = await openStageBench('test', testStage);
});
afterAll(() => bench.close());
afterEach(() => upstream.remove());

const runs = '/api/repos/omni-admin/my-project/pipelines';
const logOf = (pid: number) => `GET ${runs}/1/logs/${pid}`;
const status = (code: number) => () => new Response(null, { status: code });

/** A CI run of two steps, of which the second ends as told. */
function routeCi(state: 'success' | 'failure', changes: Routes = {}) {
  const step = (pid: number, name: string, ended: string) => ({
    pid,
    name,
    state: ended,
    exit_code: ended === 'success' ? 0 : 1,
  });
  const children = [step(2, 'clone', 'success'), step(3, 'unit tests', state)];
  const run = { number: 1, status: state, branch: 'main', commit: 'c', workflows: [{ name: 'w', state, children }] };
  upstream = routeUpstream({
    [`POST ${runs}`]: () => ({ ...run, status: 'pending', workflows: [] }),
    [`GET ${runs}/1`]: () => run,
    [logOf(2)]: () => linesOf(['+ git fetch']),
    [logOf(3)]: () => linesOf(['+ npm test', `1 ${state}`]),
    ...changes,
  });
}

const linesOf = (texts: string[]) =>
  texts.map((text, line) => ({ line, time: line, data: Buffer.from(`${text}\n`).toString('base64') }));

async function textOf(id: string, name: string): Promise<string | undefined> {
  const artifact = (await bench.runOf(id)).artifacts.find((candidate) => candidate.name === name);
  const bytes = artifact && (await bench.home.backend.objects.get(artifact.key));
  return bytes && Buffer.from(bytes).toString();
}

describe('a green run', () => {
  it('passes and keeps the log of each step', async () => {
    routeCi('success');
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('continue');
    expect(await textOf(id, '2-clone.log')).toBe('+ git fetch');
    expect(await textOf(id, '3-unit_tests.log')).toBe('+ npm test\n1 success');
  });

  it.each([
    ['is gone', status(404)],
    ['is forbidden', status(403)],
    ['is too large', tooLarge],
    ['is no log', () => new Response('<html>')],
  ])('passes although a log %s, says so, and keeps the others', async (_, answer) => {
    routeCi('success', { [logOf(2)]: answer });
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('continue');
    expect(await textOf(id, '2-clone.log')).toMatch(/^\(no log: code-forge: /);
    expect(await textOf(id, '3-unit_tests.log')).toBe('+ npm test\n1 success');
    const warnings = (await bench.runOf(id)).logs.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('The log of CI step clone cannot be had'),
    ]);
  });

  it('waits for a log that can be had later, and reads none again that it has', async () => {
    let isAway = true;
    routeCi('success', { [logOf(3)]: () => (isAway ? status(503)() : linesOf(['late'])) });
    const id = await bench.start();
    expect((await bench.runOnce(id)).next).toBe('wait');
    isAway = false;
    expect((await bench.runToEnd(id)).next).toBe('continue');
    expect(upstream.count(logOf(2))).toBe(1);
    expect(await textOf(id, '3-unit_tests.log')).toBe('late');
  });
});

describe('a red run', () => {
  it('is rejected for a reason that ends with the last lines of the log', async () => {
    const lines = [...Array.from({ length: 500 }, (_, index) => `line ${index}`), 'FAILED test_login', '1 failed'];
    routeCi('failure', { [logOf(3)]: () => linesOf(lines) });
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('finish');
    const reasons = (await bench.runOf(id)).outcome?.reasons ?? [];
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^CI step unit tests failed \(exit code 1\):\nline 482\n/);
    expect(reasons[0]).toMatch(/line 499\nFAILED test_login\n1 failed$/);
  });

  it('keeps the end of lines that are longer than a reason may be', async () => {
    routeCi('failure', { [logOf(3)]: () => linesOf(['x'.repeat(50_000), `${'y'.repeat(5_000)} FAILED test_login`]) });
    const id = await bench.start();
    await bench.runToEnd(id);
    const [reason = ''] = (await bench.runOf(id)).outcome?.reasons ?? [];
    expect(reason.length).toBeLessThanOrEqual(1_000);
    expect(reason).toMatch(/^CI step unit tests failed .* FAILED test_login$/s);
  });

  it('is rejected although its log cannot be had', async () => {
    routeCi('failure', { [logOf(3)]: status(404) });
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('finish');
    expect((await bench.runOf(id)).outcome?.reasons[0]).toMatch(
      /^CI step unit tests failed \(exit code 1\):\n\(no log: /,
    );
  });
});
