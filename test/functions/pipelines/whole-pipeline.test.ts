import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { taskContracts } from '../../../functions/contracts.ts';
import type { AnyTask } from '../../../functions/core/task.ts';
import { loadTask } from '../../../functions/load-handlers.ts';
import {
  type SimulatedPlatform,
  startSimulatedPlatform,
} from '../../../platform/simulated/start-simulated-platform.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { bundledCatalogue } from '../open-home.ts';
import { requestBody } from './requests.ts';

let platform: SimulatedPlatform;
let api: TestApi;
const tasks = new Map<string, AnyTask>();

beforeEach(async () => {
  for (const contract of taskContracts) {
    if (contract.trigger.type !== 'state-machine') continue;
    tasks.set(contract.trigger.placeholder, (await loadTask(contract)) as AnyTask);
  }
  vi.spyOn(Math, 'random').mockReturnValue(0);
  platform = await startSimulatedPlatform({ catalogue: bundledCatalogue(), database: ':memory:', delayScale: 0 });
  api = await openApi({
    catalogue: platform.catalogue,
    settings: { MONITOR_SECONDS: '0', RATE_LIMITS: 'read=100000' },
    task: (placeholder, input, home) => (tasks.get(placeholder) as AnyTask).run(input, home),
  });
});
afterEach(async () => {
  await api.close();
  await platform.close();
  vi.restoreAllMocks();
});

const fault = async (request: object) => {
  const { status } = await fetch(`${platform.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(request) });
  expect(status).toBeLessThan(300);
};

/** Executes a pipeline and waits for its end. */
async function run(config: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  const started = await api.send('POST', '/api/v1/pipeline/execute', { body: requestBody(config, rest) });
  expect(started.status).toBe(202);
  const location = started.headers.get('location') ?? '';
  await expect.poll(async () => (await api.send('GET', location)).body.status, { timeout: 20_000 }).not.toBe('running');
  return (await api.send('GET', location)).body;
}

/** What a stand-in accepted, oldest first, each with its request as text. */
async function startsOf(service: string): Promise<{ request: string }[]> {
  const response = await fetch(`${platform.controlUrl}/starts?service=${service}`);
  const { starts } = (await response.json()) as { starts: { request: unknown }[] };
  return starts.map(({ request }) => ({ request: typeof request === 'string' ? request : JSON.stringify(request) }));
}

const typesOf = () => api.home.published.map(({ type }) => type);
const statuses = (stages: Record<string, { status: string }>) =>
  Object.entries(stages).map(([name, { status }]) => `${name} ${status}`);

describe('a whole pipeline against the simulated platform', () => {
  it('runs its eight stages, tells of each, keeps what they made, and frees its branch', async () => {
    const pipeline = await run();
    expect(pipeline).toMatchObject({ status: 'completed', iteration: 1, error: null });
    expect(new Set(statuses(pipeline.stages).map((text) => text.split(' ')[1]))).toEqual(new Set(['completed']));
    expect(typesOf()).toEqual(['pipeline.started', ...Array(8).fill('pipeline.stage.completed'), 'pipeline.completed']);
    const artifacts = Object.values(pipeline.stages as Record<string, { artifacts: { name: string }[] }>);
    expect(artifacts.flatMap((stage) => stage.artifacts.map(({ name }) => name))).toEqual([
      'ingestion.json',
      'patterns.json',
      'context.md',
      'changes.patch',
      'quality-gate.json',
      'security-scan.json',
      '2-clone.log',
      '3-install.log',
      '4-lint.log',
      '5-test.log',
      'deployment.json',
      'monitoring.json',
      'lesson.md',
    ]);
    expect((await api.send('POST', '/api/v1/pipeline/execute', { body: requestBody() })).status).toBe(202);
  });

  it('is sent back once by a quality gate, gives the agent the reasons, and keeps both iterations', async () => {
    await fault({ service: 'code-fortress', fault: 'gate_fails', times: 1 });
    const pipeline = await run();
    expect(pipeline).toMatchObject({ status: 'completed', iteration: 2 });
    const [first, second] = pipeline.iterations;
    expect(statuses(first.stages)).toEqual([
      'ingest completed',
      'enrich completed',
      'generate completed',
      'validate failed',
    ]);
    expect(statuses(second.stages).slice(0, 3)).toEqual(['generate completed', 'validate completed', 'test completed']);
    expect(pipeline.stages.generate.attempts).toBe(2);
    const [firstTask, secondTask] = await startsOf('ai-coder-alpha');
    expect(firstTask?.request).toContain('"instruction":"Add a login"');
    expect(secondTask?.request).toContain(first.stages.validate.error.message.split(': ')[1].slice(0, 20));
  });

  it('whose tests never pass fails as STAGE_FAILED after its last iteration', async () => {
    await fault({ service: 'code-forge', fault: 'job_fails' });
    const pipeline = await run({ max_iterations: 2 });
    expect(pipeline).toMatchObject({ status: 'failed', iteration: 2, error: { code: 'STAGE_FAILED', stage: 'test' } });
    expect(pipeline.iterations).toHaveLength(2);
    expect(statuses(pipeline.stages).slice(-3)).toEqual(['deploy skipped', 'monitor skipped', 'learn skipped']);
    expect(typesOf().at(-1)).toBe('pipeline.failed');
  });

  it('is worked on by the second agent when the first cannot be reached', async () => {
    await fault({ service: 'ai-coder-alpha', fault: 'unreachable' });
    const pipeline = await run({}, { stages: ['generate'] });
    expect(pipeline.status).toBe('completed');
    expect(pipeline.stages.generate.logs[1].message).toContain('ai-coder-beta');
  });

  it('rolls out once although the answer was lost', async () => {
    await fault({ service: 'container-manager', match: 'PUT', fault: 'answer_lost', times: 1 });
    const pipeline = await run({}, { stages: ['deploy'] });
    expect(pipeline.status).toBe('completed');
    const messages = pipeline.stages.deploy.logs.map(({ message }: { message: string }) => message);
    expect(messages.filter((message: string) => message.startsWith('Rolling stack'))).toHaveLength(1);
    expect(messages.some((message: string) => message.includes('answer was lost'))).toBe(true);
    expect(await startsOf('container-manager')).toHaveLength(1);
  });

  it('rolls nothing out when the backup fails', async () => {
    await fault({ service: 'backup-fortress', fault: 'job_fails' });
    const pipeline = await run({}, { stages: ['deploy', 'monitor'] });
    expect(pipeline).toMatchObject({ status: 'failed', error: { code: 'STAGE_FAILED', stage: 'deploy' } });
    expect(statuses(pipeline.stages)).toEqual(['deploy failed', 'monitor skipped']);
    expect(await startsOf('container-manager')).toEqual([]);
  });

  it('fails as SERVICE_UNAVAILABLE, worth a retry, when a service it needs is away', async () => {
    await fault({ service: 'knowledge-ingestor', fault: 'unreachable' });
    const pipeline = await run();
    expect(pipeline.error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', stage: 'ingest', retryable: true });
    expect(statuses(pipeline.stages).slice(1)).toEqual(
      ['enrich', 'generate', 'validate', 'test', 'deploy', 'monitor', 'learn'].map((name) => `${name} skipped`),
    );
  });
});
