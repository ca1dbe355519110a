import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../functions/core/log.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { token } from '../open-home.ts';
import { requestBody } from '../pipelines/requests.ts';
import { scriptUpstream } from '../pipelines/scripted-upstream.ts';
import { runToEnd } from '../pipelines/stage-scenario.ts';
import { storePipeline } from '../pipelines/stored-pipeline.ts';

const upstreamSecret = 'upstream-secret-0123456789';
const taskSecret = 'hunter2-in-the-task';
const urlSecret = 'hunter2-in-the-url';
const headerSecret = 'hunter2-in-a-header';
const querySecret = 'hunter2-in-the-query';
const secrets = [token, upstreamSecret, taskSecret, urlSecret, headerSecret, querySecret, 'wrong-token-hunter2'];

let api: TestApi;
beforeAll(async () => {
  api = await openApi({ environment: { UPSTREAM_TOKEN_CODE_FORGE: upstreamSecret } });
});
afterAll(() => api.close());

function expectNoSecret(text: string) {
  for (const secret of secrets) expect(text.includes(secret), `a log line or answer holds ${secret}`).toBe(false);
}

describe('no log line holds a secret', () => {
  it('of a request that succeeds, is refused or fails', async () => {
    const path = '/api/v1/pipeline/execute';
    const body = requestBody({}, { task: `Add a login. ${taskSecret}` });
    const headers = { 'x-secret': headerSecret, cookie: `session=${headerSecret}`, 'idempotency-key': headerSecret };
    const answers = [
      await api.send('POST', path, { body, headers }),
      await api.send('POST', path, { body, headers: { 'x-secret': headerSecret } }),
      await api.send('POST', path, { body: requestBody({ repo_url: `http://u:${urlSecret}@h/o/n` }) }),
      await api.send('POST', path, { body: `{"task": "${taskSecret}"` }),
      await api.send('POST', path, { body, token: 'wrong-token-hunter2' }),
      await api.send('GET', `/api/v1/pipeline?token=${querySecret}`),
      await api.send('GET', `/nothing?token=${querySecret}`),
    ];
    const broken = vi.spyOn(api.home.backend, 'table').mockImplementation(() => {
      throw new Error('broken');
    });
    answers.push(await api.send('POST', path, { body, headers }));
    broken.mockRestore();
    expect(answers.map(({ status }) => status)).toEqual([202, 409, 400, 400, 401, 400, 404, 500]);
    expect(api.home.logLines.length).toBeGreaterThan(5);
    expectNoSecret(api.home.logLines.join('\n'));
  });

  it('of a stage whose upstream quotes its credential', async () => {
    const error = { error: { code: 'X', message: `the token ${upstreamSecret} is not valid` } };
    const upstream = scriptUpstream({ fails: () => Response.json(error, { status: 503 }) });
    const { id } = await storePipeline(api.home, { config: { branch: 'b' }, stages: ['test'] });
    await runToEnd(api.home, id, { stage: 'test' });
    upstream.remove();
    expect(upstream.requests[0]?.headers.get('authorization')).toBe(`Bearer ${upstreamSecret}`);
    expectNoSecret(api.home.logLines.join('\n'));
    const { text } = await api.send('GET', `/api/v1/pipeline/${id}`);
    expect(text).toContain('the token *** is not valid');
    for (const shown of [text, JSON.stringify(api.home.published)]) expect(shown).not.toContain(upstreamSecret);
  });
});

describe('the logger', () => {
  it('writes one JSON object a line, with the level, the message and the fields', () => {
    const lines: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk));
      return true;
    });
    createLog('INFO').info('pipeline started', { pipeline_id: 'pipe_1' });
    createLog('INFO').debug('not shown');
    write.mockRestore();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'INFO',
      message: 'pipeline started',
      service: 'omni-orchestrator',
      pipeline_id: 'pipe_1',
    });
  });
});
