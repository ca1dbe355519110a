import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aiCoderAlpha } from '../../../platform/upstream-apis/ai-coder-alpha.ts';
import { aiCoderBeta } from '../../../platform/upstream-apis/ai-coder-beta.ts';
import { backupFortress } from '../../../platform/upstream-apis/backup-fortress.ts';
import { type CiPipeline, codeForge } from '../../../platform/upstream-apis/code-forge.ts';
import { knowledgeIngestor } from '../../../platform/upstream-apis/knowledge-ingestor.ts';
import { repository, startForTest, type TestPlatform, workspace } from './simulated-platform.ts';

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startForTest({ delayScale: 1 });
});
afterEach(() => platform.close());

const instruction = 'Implement user authentication with JWT tokens';
const create = aiCoderAlpha.createTask({ instruction, workspace });
const ingest = knowledgeIngestor.ingest({
  source_type: 'git_repo',
  source_url: repository,
  collection: 'code_embeddings',
});
const project = 'omni-admin/my-project';

/** The longest that any job takes, in ms. */
const longestMs = 1_500;

describe('a job goes from waiting through running to its end as time passes', () => {
  test('a coding task', async () => {
    const task = await platform.client.call(create);
    expect(task).toMatchObject({ status: 'queued', result: null, completed_at: null });
    platform.time.now += 300;
    expect(await platform.client.call(aiCoderAlpha.getTask(task.id))).toMatchObject({
      status: 'running',
      result: null,
    });
    platform.time.now += longestMs;
    const done = await platform.client.call(aiCoderAlpha.getTask(task.id));
    expect(done).toMatchObject({ status: 'completed', result: { branch: 'feature/auth' } });
    expect(done.result?.commit_sha).toMatch(/^[0-9a-f]{40}$/);
  });

  test('a solve job, whose patch is there at the end only', async () => {
    const job = await platform.client.call(aiCoderBeta.solve({ repo_url: repository, issue_description: instruction }));
    await expect(platform.client.call(aiCoderBeta.getPatch(job.id))).rejects.toMatchObject({ status: 404 });
    platform.time.now += longestMs;
    const { patch } = await platform.client.call(aiCoderBeta.getPatch(job.id));
    expect(patch).toContain(instruction);
  });

  test('an ingestion, whose documents grow', async () => {
    const source = await platform.client.call(ingest);
    expect(source).toMatchObject({ status: 'pending', documents: 0, chunks: 0 });
    platform.time.now += 250;
    const during = await platform.client.call(knowledgeIngestor.getSource(source.id));
    expect(during.status).toBe('ingesting');
    platform.time.now += longestMs;
    const after = await platform.client.call(knowledgeIngestor.getSource(source.id));
    expect(after.status).toBe('completed');
    expect(after.documents).toBeGreaterThan(during.documents);
  });

  test('a CI pipeline, step after step, with the log of the tests', async () => {
    const { number } = await platform.client.call(codeForge.createPipeline(project, { branch: 'main' }));
    const seen = new Set<string>();
    let pipeline: CiPipeline;
    do {
      pipeline = await platform.client.call(codeForge.getPipeline(project, number));
      seen.add(pipeline.status);
      platform.time.now += 50;
    } while (pipeline.status === 'pending' || pipeline.status === 'running');
    expect([...seen]).toEqual(['pending', 'running', 'success']);
    const steps = pipeline.workflows?.[0]?.children ?? [];
    expect(steps.map((step) => [step.name, step.state, step.exit_code])).toEqual(
      ['clone', 'install', 'lint', 'test'].map((name) => [name, 'success', 0]),
    );
    const log = await platform.client.call(codeForge.getStepLog(project, number, steps.at(-1)?.pid ?? 0));
    expect(log.map((line) => line.data).join('\n')).toMatch(/pytest[\s\S]*\d+ passed/);
  });

  test('a backup, whose end shows in its backup', async () => {
    const { ID } = await platform.client.call(backupFortress.runBackup('2'));
    expect(await platform.client.call(backupFortress.getTask(ID))).toMatchObject({ Status: 'Waiting' });
    platform.time.now += longestMs;
    expect(await platform.client.call(backupFortress.getTask(ID))).toMatchObject({ Status: 'Completed' });
    const backups = await platform.client.call(backupFortress.listBackups());
    expect(backups[1]?.Backup.Metadata?.LastBackupFinished).toMatch(/^20250115T1030\d\dZ$/);
    expect(backups[0]?.Backup.Metadata?.LastBackupFinished).toBeUndefined();
  });

  test('unless it is cancelled, which a task that has ended ignores', async () => {
    const task = await platform.client.call(create);
    expect(await platform.client.call(aiCoderAlpha.cancelTask(task.id))).toMatchObject({ status: 'cancelled' });
    const other = await platform.client.call(create);
    platform.time.now += longestMs;
    expect(await platform.client.call(aiCoderAlpha.cancelTask(other.id))).toMatchObject({ status: 'completed' });
  });
});

describe('a start with an idempotency key', () => {
  test('is accepted once, however many times it is sent at the same time', async () => {
    const request = { ...create, idempotencyKey: 'pipe-1-generate-1' };
    const tasks = await Promise.all(Array.from({ length: 20 }, () => platform.client.call(request)));
    expect(new Set(tasks.map((task) => task.id)).size).toBe(1);
    const starts = await platform.control('GET', '/starts?service=ai-coder-alpha');
    expect(starts.body.counts).toEqual({ 'ai-coder-alpha': 1 });
    expect(starts.body.starts).toMatchObject([{ kind: 'task', idempotency_key: 'pipe-1-generate-1' }]);
  });

  test('is its own for each key, each service, and without a key', async () => {
    for (const idempotencyKey of ['a', 'b']) {
      await platform.client.call({ ...create, idempotencyKey });
      await platform.client.call({ ...ingest, idempotencyKey });
    }
    await platform.client.call(create);
    await platform.client.call(create);
    const { body } = await platform.control('GET', '/starts');
    expect(body.counts).toEqual({ 'ai-coder-alpha': 4, 'knowledge-ingestor': 2 });
  });
});

test('starts can be told apart by what was asked', async () => {
  await platform.client.call(create);
  await platform.client.call(aiCoderAlpha.createTask({ instruction: 'Something else' }));
  const { body } = await platform.control('GET', '/starts?match=my-project');
  expect(body.counts).toEqual({ 'ai-coder-alpha': 1 });
});
