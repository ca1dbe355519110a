import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandsWith } from '../docs/runbook-commands.ts';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import { call, ended, execute, newRepository, pipelineOnce, pipelineRequest } from './site.ts';

/** Stand-ins that take long enough for the copy to be made in the middle of a stage. */
const settings = { SIMULATED_DELAY_SCALE: '0.3', MONITOR_SECONDS: '0' };

describe('a copy of the data folder, made by the commands of the runbook while a pipeline runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-backup-'));
  const sites: EmbeddedSite[] = [];
  afterAll(async () => {
    for (const site of sites) await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts and ends the pipeline, as the original does', async () => {
    const original = await startEmbeddedSite({ settings });
    sites.push(original);
    const { pipeline_id } = await execute(original, pipelineRequest(newRepository().url));
    await pipelineOnce(original, pipeline_id, ({ stages }) => stages.generate?.status === 'running');
    const backup = join(folder, 'copy');
    await run(commandsWith('kill -STOP'), { DATA: original.dataFolder, BACKUP: backup, pid: String(original.pid) });

    const copy = await startEmbeddedSite({ dataFolder: backup, settings });
    sites.push(copy);
    const kept = await call<{ pipelines: unknown[] }>(copy, 'GET /api/v1/pipeline?status=running');
    expect(kept.body.pipelines).toMatchObject([{ pipeline_id, stages: { ingest: { status: 'completed' } } }]);
    expect(await ended(copy, pipeline_id)).toMatchObject({ status: 'completed', error: null });
    expect(await ended(original, pipeline_id)).toMatchObject({ status: 'completed', error: null });
  }, 90_000);
});

/** Runs shell commands with these variables; they must succeed and print nothing. */
async function run(commands: string, variables: Record<string, string>): Promise<void> {
  const child = execFile('sh', ['-e', '-c', commands], { env: { ...process.env, ...variables } });
  let printed = '';
  child.stderr?.on('data', (chunk) => {
    printed += String(chunk);
  });
  const [code] = await once(child, 'exit');
  expect({ code, printed }).toEqual({ code: 0, printed: '' });
}
