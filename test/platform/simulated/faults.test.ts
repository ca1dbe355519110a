import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serviceUrl } from '../../../platform/catalogue.ts';
import { aiCoderAlpha } from '../../../platform/upstream-apis/ai-coder-alpha.ts';
import { codeForge } from '../../../platform/upstream-apis/code-forge.ts';
import { codeFortress } from '../../../platform/upstream-apis/code-fortress.ts';
import { containerManager } from '../../../platform/upstream-apis/container-manager.ts';
import { observatory } from '../../../platform/upstream-apis/observatory.ts';
import { securityShield } from '../../../platform/upstream-apis/security-shield.ts';
import { startForTest, type TestPlatform, workspace } from './simulated-platform.ts';

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startForTest();
});
afterEach(() => platform.close());

const health = observatory.getHealth();

async function ask(fault: Record<string, unknown>) {
  const answer = await platform.control('POST', '/faults', { service: 'observatory', ...fault });
  expect(answer.status).toBe(201);
  return answer.body as { id: number };
}

async function startCount(service: string): Promise<number> {
  return (await platform.control('GET', `/starts?service=${service}`)).body.counts[service] ?? 0;
}

describe('a fault of the call', () => {
  test.each([
    [{ fault: 'error' }, { name: 'UpstreamFailing', status: 500 }],
    [
      { fault: 'error', status: 503 },
      { name: 'UpstreamFailing', status: 503, isRetryable: true },
    ],
    [{ fault: 'error', status: 503, retry_after: 90 }, { retryAfterMs: 90_000 }],
    [
      { fault: 'rate_limited', retry_after: 30 },
      { status: 429, retryAfterMs: 30_000 },
    ],
    [{ fault: 'nonsense' }, { name: 'UpstreamNonsense' }],
    [{ fault: 'hang' }, { name: 'UpstreamTimedOut' }],
    [{ fault: 'unreachable' }, { name: 'UpstreamUnreachable', mayHaveBeenSent: false }],
    [
      { fault: 'unreachable', match: '/api/health' },
      { name: 'UpstreamUnreachable', mayHaveBeenSent: true },
    ],
  ])('%j is seen by the client as %j', async (fault, error) => {
    await ask(fault);
    await expect(platform.client.call({ ...health, timeoutMs: 100 })).rejects.toMatchObject(error);
  });

  test('happens as often as was asked, then no more', async () => {
    await ask({ fault: 'error', status: 503, times: 2 });
    await expect(platform.client.call(health)).resolves.toMatchObject({ database: 'ok' });
    const { body } = await platform.control('GET', '/requests?service=observatory');
    expect(body.requests).toHaveLength(3);
  });

  test('ends when it is removed, also for a service that refused connections', async () => {
    const { id } = await ask({ fault: 'unreachable' });
    await expect(platform.client.call(health)).rejects.toThrow();
    expect((await platform.control('DELETE', `/faults/${id}`)).status).toBe(200);
    await expect(platform.client.call(health)).resolves.toMatchObject({ database: 'ok' });
  });

  test('reaches a service that is probed by TCP', async () => {
    await platform.control('POST', '/faults', { service: 'postgres', fault: 'unreachable' });
    const postgres = platform.catalogue.services.find((service) => service.name === 'postgres');
    const url = `http://${new URL(postgres?.url ?? '').host}`;
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  test('hits only the calls that it matches: path, query or body', async () => {
    await ask({ service: 'ai-coder-alpha', fault: 'error', match: 'repo-a' });
    await ask({ service: 'code-fortress', fault: 'error', match: 'team:repo-a' });
    const call = platform.client.call;
    await expect(call(aiCoderAlpha.createTask({ instruction: 'for repo-a' }))).rejects.toThrow();
    await expect(call(aiCoderAlpha.createTask({ instruction: 'for repo-b' }))).resolves.toBeDefined();
    await expect(call(codeFortress.getProjectStatus('team:repo-a'))).rejects.toThrow();
    await expect(call(codeFortress.getProjectStatus('team:repo-b'))).resolves.toBeDefined();
  });

  test('keeps the call from being accepted, but for an answer that is lost', async () => {
    const create = aiCoderAlpha.createTask({ instruction: 'a', workspace });
    await ask({ service: 'ai-coder-alpha', fault: 'unreachable', match: '/tasks', times: 1 });
    await expect(platform.client.call(create)).rejects.toThrow();
    expect(await startCount('ai-coder-alpha')).toBe(0);

    await ask({ service: 'ai-coder-alpha', fault: 'answer_lost', times: 1 });
    const task = await platform.client.call({ ...create, idempotencyKey: 'key' });
    expect(task.id).toBe('task-4');
    expect(await startCount('ai-coder-alpha')).toBe(1);
  });
});

describe('a fault of the work', () => {
  test('gate_fails once: the quality gate fails once, for its coverage', async () => {
    await ask({ service: 'code-fortress', fault: 'gate_fails', times: 1 });
    const first = await platform.client.call(codeFortress.getProjectStatus('a'));
    const second = await platform.client.call(codeFortress.getProjectStatus('a'));
    const failed = first.projectStatus.conditions.filter((condition) => condition.status === 'ERROR');
    expect(first.projectStatus.status).toBe('ERROR');
    expect(failed).toMatchObject([{ metricKey: 'new_coverage', comparator: 'LT', errorThreshold: '80' }]);
    expect(Number(failed[0]?.actualValue)).toBeLessThan(80);
    expect(second.projectStatus.status).toBe('OK');
  });

  test('gate_fails: the scan finds something critical', async () => {
    await ask({ service: 'security-shield', fault: 'gate_fails', times: 1 });
    const request = securityShield.scan({ repo: 'a', commit: 'b' });
    const scans = [await platform.client.call(request), await platform.client.call(request)];
    expect(scans.map((scan) => scan.summary.critical)).toEqual([1, 0]);
    expect(scans[0]?.findings[0]).toMatchObject({ severity: 'critical' });
  });

  test('gate_fails: the tests of the CI pipeline fail, and its log says which', async () => {
    await ask({ service: 'code-forge', fault: 'gate_fails', match: 'me/mine', times: 1 });
    await platform.client.call(codeForge.createPipeline('me/other', { branch: 'main' }));
    const pipeline = await platform.client.call(codeForge.createPipeline('me/mine', { branch: 'main' }));
    expect(pipeline.status).toBe('failure');
    const step = pipeline.workflows?.[0]?.children?.find((one) => one.exit_code === 1);
    const log = await platform.client.call(codeForge.getStepLog('me/mine', pipeline.number, step?.pid ?? 0));
    expect(log.map((line) => line.data).join('\n')).toMatch(/FAILED tests.*\n1 failed/);
  });

  test('job_fails: the coding task ends as failed, with a reason', async () => {
    await ask({ service: 'ai-coder-alpha', fault: 'job_fails' });
    const task = await platform.client.call(aiCoderAlpha.createTask({ instruction: 'a' }));
    expect(task).toMatchObject({ status: 'failed', result: null, error: expect.stringContaining('gave up') });
  });

  test('never_finishes: the coding task runs for ever', async () => {
    await ask({ service: 'ai-coder-alpha', fault: 'never_finishes' });
    const { id } = await platform.client.call(aiCoderAlpha.createTask({ instruction: 'a' }));
    platform.time.now += 365 * 86_400_000;
    expect(await platform.client.call(aiCoderAlpha.getTask(id))).toMatchObject({ status: 'running' });
  });

  test('job_fails: the redeployment fails and leaves the stack as it was', async () => {
    const before = await platform.client.call(containerManager.listStacks());
    await ask({ service: 'container-manager', fault: 'job_fails' });
    await expect(platform.client.call(containerManager.redeployStack(1, 1, {}))).rejects.toMatchObject({ status: 500 });
    expect(await platform.client.call(containerManager.listStacks())).toEqual(before);
  });
});

describe('the control listener', () => {
  test.each([
    [{ fault: 'error' }, 'service'],
    [{ service: 'nobody', fault: 'error' }, 'nobody is neither in the catalogue'],
    [{ service: 'observatory', fault: 'explode' }, 'fault'],
    [{ service: 'observatory', fault: 'error', times: 0 }, 'times'],
    [{ service: 'observatory', fault: 'error', colour: 'red' }, 'colour'],
  ])('refuses %j, saying why', async (fault, reason) => {
    const { status, body } = await platform.control('POST', '/faults', fault);
    expect(status).toBe(400);
    expect(body.error.message).toContain(reason);
  });

  test('answers 404 for a fault that is not there', async () => {
    expect((await platform.control('DELETE', '/faults/99')).status).toBe(404);
  });

  test('lists and removes all faults', async () => {
    await ask({ fault: 'error', times: 3 });
    await ask({ fault: 'hang' });
    const { body } = await platform.control('GET', '/faults');
    expect(body.faults).toMatchObject([
      { service: 'observatory', fault: 'error', remaining: 3 },
      { fault: 'hang', remaining: null },
    ]);
    expect((await platform.control('DELETE', '/faults')).body).toEqual({ removed: 2 });
    expect((await platform.control('GET', '/faults')).body.faults).toEqual([]);
  });

  test('shows the calls received, without their credentials', async () => {
    const service = platform.catalogue.services.find((one) => one.name === 'observatory');
    const url = service ? serviceUrl(service) : '';
    const headers = { authorization: 'Bearer s3cret', 'x-api-key': 's3cret', 'x-request-id': 'req-1' };
    await fetch(`${url}/api/annotations`, { method: 'POST', headers, body: '{"text":"hello"}' });
    const { body } = await platform.control('GET', '/requests?service=observatory&match=hello');
    expect(body.requests).toMatchObject([
      { method: 'POST', path: '/api/annotations', body: '{"text":"hello"}', headers: { 'x-request-id': 'req-1' } },
    ]);
    expect(JSON.stringify(body)).not.toContain('s3cret');
  });

  test('keeps the last 500 calls of each service', async () => {
    const call = platform.client.call;
    await call(health);
    for (let count = 0; count < 502; count++) await call({ ...health, path: `/api/health?${count}` });
    const { body } = await platform.control('GET', '/requests?service=observatory');
    expect(body.requests).toHaveLength(500);
    expect(body.requests.at(-1).path).toBe('/api/health?501');
  });
});
