import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pipelineRequest } from '../e2e/site.ts';
import { startServing } from './served-process.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'orchestrator-serve-'));
let served: ReturnType<typeof startServing>;
beforeAll(async () => {
  chmodSync(dataFolder, 0o755);
  served = startServing({ ORCHESTRATOR_DATA: dataFolder });
  await served.ready();
});
afterAll(async () => {
  await served.end();
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('npm start', () => {
  it('keeps what is in its data folder for its owner alone, in a folder that others may enter too', () => {
    const files = readdirSync(dataFolder, { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['state.sqlite', 'state.sqlite-wal', 'simulated-platform.sqlite']));
    const open = files.filter((file) => (statSync(join(dataFolder, file)).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });

  it('prints a token that it has made once, and later only how to read it, as its output is kept in logs', async () => {
    expect(served.output()).toContain(`Authorization: Bearer ${served.token()}"`);
    await served.end();
    served = startServing({ ORCHESTRATOR_DATA: dataFolder });
    await served.ready();
    expect(served.output()).not.toContain(served.token());
    expect(served.output()).toContain(`Authorization: Bearer $(cat ${dataFolder}/token)"`);
  });

  it('names the public URL in links to artifacts and in the OpenAPI document, and serves what stands behind them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-public-'));
    const publicUrl = 'https://ops.example.com/omni';
    const environment = { ORCHESTRATOR_PUBLIC_URL: `${publicUrl}/`, SIMULATED_DELAY_SCALE: '0' };
    const behindProxy = startServing({ ORCHESTRATOR_DATA: folder, ...environment });
    onTestFinished(async () => {
      await behindProxy.end();
      rmSync(folder, { recursive: true, force: true });
    });
    await behindProxy.ready();
    const url = /running on (http:\S+)/.exec(behindProxy.output())?.[1] ?? '';
    const headers = { authorization: `Bearer ${behindProxy.token()}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ ...pipelineRequest('http://omni-gitea:3000/a/b'), stages: ['ingest'] });
    const started = await fetch(`${url}/api/v1/pipeline/execute`, { method: 'POST', headers, body });
    const { pipeline_id } = (await started.json()) as { pipeline_id: string };
    expect(started.headers.get('location')).toBe(`/omni/api/v1/pipeline/${pipeline_id}`);
    const linkOf = async () => {
      const pipeline = await (await fetch(`${url}/api/v1/pipeline/${pipeline_id}`, { headers })).json();
      return (pipeline as { stages: { ingest: { artifacts: { url: string }[] } } }).stages.ingest.artifacts[0]?.url;
    };
    await expect.poll(linkOf, { timeout: 10_000 }).toMatch(/^https:\/\/ops\.example\.com\/omni\/objects\//);
    const served = await fetch(((await linkOf()) ?? '').replace(publicUrl, url));
    expect(served.status).toBe(200);
    expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({ servers: [{ url: '/omni' }] });
  });

  it('ends when the npm that started it is ended, which tells nobody but its shell', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-npm-'));
    const npm = startServing({ ORCHESTRATOR_DATA: folder }, 'npm');
    await npm.ready();
    const url = /running on (http:\S+)/.exec(npm.output())?.[1] ?? '';
    expect((await fetch(`${url}/health`)).status).toBe(401);
    await npm.end();
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => 'answers',
            (error) => error.cause.code,
          ),
        { timeout: 15_000 },
      )
      .toBe('ECONNREFUSED');
    rmSync(folder, { recursive: true, force: true });
  });
});
