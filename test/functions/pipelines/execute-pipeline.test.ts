import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executePipelineContract } from '../../../functions/pipelines/contract.ts';
import { openApi, type TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { repoUrl, requestBody } from './requests.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi({ settings: { RATE_LIMITS: 'pipeline_execution=100' } });
});
afterEach(() => api.close());

const path = '/api/v1/pipeline/execute';
const request = { method: 'POST', path, body: requestBody() };
const execute = (body: unknown = requestBody(), headers: Record<string, string> = {}) =>
  api.send('POST', path, { body, headers });
const onBranch = (branch: string) => execute(requestBody({ branch }));

describe('202', () => {
  it('answers the pipeline with every default, all eight stages pending in order, and where to read it', async () => {
    const answer = await execute();
    expect(answer.status).toBe(202);
    expect(executePipelineContract.answers.accepted.body.parse(answer.body)).toEqual(answer.body);
    const now = new Date(api.home.clock.now()).toISOString();
    expect(answer.body).toMatchObject({
      status: 'running',
      iteration: 1,
      task: 'Add a login',
      config: { repo_url: repoUrl, branch: 'main', max_iterations: 3, quality_gate: 'strict' },
      context: { knowledge_sources: ['neo4j', 'qdrant', 'wiki'], max_context_tokens: 16_000 },
      created_at: now,
      started_at: now,
      completed_at: null,
      cancel_requested_at: null,
      error: null,
    });
    const stages = ['ingest', 'enrich', 'generate', 'validate', 'test', 'deploy', 'monitor', 'learn'];
    expect(Object.entries(answer.body.stages)).toEqual(stages.map((name) => [name, { status: 'pending' }]));
    expect(answer.headers.get('location')).toBe(`/api/v1/pipeline/${answer.body.pipeline_id}`);
    expect((await api.send('GET', answer.headers.get('location') ?? '')).status).toBe(200);
  });

  it('runs a subset in the order of the platform, not of the request', async () => {
    const { body } = await execute(requestBody({}, { stages: ['test', 'ingest', 'generate'] }));
    expect(Object.keys(body.stages)).toEqual(['ingest', 'generate', 'test']);
  });

  it('starts one execution under the id of the pipeline, and announces it', async () => {
    const { body } = await execute(requestBody({}, { stages: ['test'] }));
    expect(await api.home.backend.machine('pipeline').describe(body.pipeline_id)).toEqual({ status: 'RUNNING' });
    expect(api.home.published).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        sequence: 1,
        type: 'pipeline.started',
        timestamp: body.created_at,
        data: {
          pipeline_id: body.pipeline_id,
          repo_url: repoUrl,
          branch: 'main',
          task: 'Add a login',
          stages: ['test'],
        },
      },
    ]);
  });

  it('carries the rate-limit headers and a request id', async () => {
    const { headers } = await execute();
    expect(headers.get('x-ratelimit-limit')).toBe('100');
    expect(headers.get('x-ratelimit-remaining')).toBe('99');
    expect(headers.get('x-request-id')).toMatch(/^req_/);
  });

  it('is given for other branches and other repositories at the same time', async () => {
    const other = requestBody({ repo_url: 'http://omni-gitea:3000/omni-admin/other' });
    const answers = await Promise.all([execute(), onBranch('feature/x'), execute(other)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  });

  it('under an Idempotency-Key is given again, and nothing is started twice', async () => {
    const first = await execute(requestBody(), { 'idempotency-key': 'k1' });
    api.home.clock.advance(5_000);
    const again = await execute(requestBody(), { 'idempotency-key': 'k1' });
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(api.home.published).toHaveLength(1);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['no body', '', ['body']],
    ['nothing in it', {}, ['body.task', 'body.config']],
    ['a blank task', { ...requestBody(), task: '  ' }, ['body.task']],
    ['no repository', { task: 'x', config: {} }, ['body.config.repo_url']],
    ['credentials in the URL', requestBody({ repo_url: 'http://user:pw@h/o/n' }), ['body.config.repo_url']],
    [
      'an over-long URL',
      requestBody({ repo_url: `http://h/o/${'n'.repeat(2_048)}` }),
      ['body.config.repo_url', 'body.config.repo_url'],
    ],
    ['a URL too long for a key', requestBody({ repo_url: `http://h/o/${'ü'.repeat(400)}` }), ['body.config.repo_url']],
    ['a bad branch', requestBody({ branch: 'a..b' }), ['body.config.branch']],
    ['no iterations', requestBody({ max_iterations: 0 }), ['body.config.max_iterations']],
    ['eleven iterations', requestBody({ max_iterations: 11 }), ['body.config.max_iterations']],
    ['an unknown gate', requestBody({ quality_gate: 'lax' }), ['body.config.quality_gate']],
    ['no stages', requestBody({}, { stages: [] }), ['body.stages']],
    ['a stage twice', requestBody({}, { stages: ['test', 'test'] }), ['body.stages']],
    ['an unknown stage', requestBody({}, { stages: ['test', 'compile'] }), ['body.stages.1']],
    ['an unknown field', { ...requestBody(), priority: 1 }, ['body.priority']],
    [
      'an unknown source',
      requestBody({}, { context: { knowledge_sources: ['web'] } }),
      ['body.context.knowledge_sources.0'],
    ],
  ])('names the field for %s, and starts nothing', async (_, body, paths) => {
    const answer = await execute(body);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details.map((problem: { path: string }) => problem.path)).toEqual(paths);
    expect(api.home.published).toEqual([]);
  });

  it('says that the URL of a repository has an owner and a name', async () => {
    const answer = await execute(requestBody({ repo_url: 'http://a/b' }));
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].message).toContain('whose path has an owner and a name at least');
  });

  it('is given for an unknown query parameter and for malformed JSON', async () => {
    expectRefusal(await api.send('POST', `${path}?dry=1`, { body: requestBody() }), 400, 'VALIDATION_ERROR');
    expectRefusal(await execute('{"task":'), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('409 PIPELINE_RUNNING', () => {
  it('names the pipeline that holds the branch, its stage and its start', async () => {
    const { body: holder } = await execute(requestBody({}, { stages: ['validate', 'test'] }));
    api.home.clock.advance(90_000);
    const answer = await execute(requestBody({ repo_url: 'http://OMNI-GITEA:3000/omni-admin/my-project/' }));
    expectRefusal(answer, 409, 'PIPELINE_RUNNING');
    expect(answer.body.error.details).toEqual({
      pipeline_id: holder.pipeline_id,
      stage: 'validate',
      started_at: holder.created_at,
    });
  });

  it('is given to all but one of 50 at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => execute()));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, ...Array(49).fill(409)]);
    const winner = answers.find(({ status }) => status === 202)?.body.pipeline_id;
    const holders = answers.filter(({ status }) => status === 409).map(({ body }) => body.error.details.pipeline_id);
    expect(new Set(holders)).toEqual(new Set([winner]));
    expect(api.home.published).toHaveLength(1);
  });

  it('is not remembered under an Idempotency-Key', async () => {
    const { body: holder } = await execute();
    expect((await execute(requestBody(), { 'idempotency-key': 'k1' })).status).toBe(409);
    await api.home.backend.table('locks').delete({ pk: `branch#${repoUrl.replace('.git', '')}#main`, sk: 'lock' });
    const answer = await execute(requestBody(), { 'idempotency-key': 'k1' });
    expect(answer.status).toBe(202);
    expect(answer.body.pipeline_id).not.toBe(holder.pipeline_id);
  });
});

describe('409 CONFLICT', () => {
  it('is given while a request with the same Idempotency-Key is running', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => execute(requestBody(), { 'idempotency-key': 'k1' })),
    );
    const refused = answers.filter(({ status }) => status !== 202);
    for (const answer of refused) expectRefusal(answer, 409, 'CONFLICT');
    expect(refused).toHaveLength(4);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given to another body under a used key', async () => {
    await execute(requestBody(), { 'idempotency-key': 'k1' });
    const answer = await execute(requestBody({ branch: 'other' }), { 'idempotency-key': 'k1' });
    expectRefusal(answer, 422, 'IDEMPOTENCY_MISMATCH');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of pipeline executions', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'pipelines'));
});
