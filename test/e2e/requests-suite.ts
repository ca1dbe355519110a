import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Answer, call, ended, execute, newRepository, pipelineRequest, type Site } from './site.ts';

const executePath = 'POST /api/v1/pipeline/execute';

interface ErrorBody {
  error: { code: string; message: string; details?: { path: string }[]; request_id: string };
}

function expectError(answer: Answer<ErrorBody>, status: number, code: string) {
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'));
}

/** What every endpoint promises of requests and answers; runs unchanged against both homes. */
export function describeRequests(site: () => Site): void {
  const send = (request: string, options?: Parameters<typeof call>[2]) => call<ErrorBody>(site(), request, options);

  describe('requests', () => {
    it('without a valid token are 401 with a challenge, on every path', async () => {
      for (const token of [null, 'wrong-token-0123456789']) {
        for (const path of ['/health', '/api/v1/pipeline', '/api/v1/nothing']) {
          const answer = await send(`GET ${path}`, { token });
          expectError(answer, 401, 'UNAUTHORIZED');
          expect(answer.headers.get('www-authenticate')).toBe('Bearer');
        }
      }
    });

    it('are accepted with either of the two tokens', async () => {
      expect((await send('GET /health', { token: site().spareToken })).status).toBe(200);
    });

    it('for the OpenAPI document need no token', async () => {
      const { status, body } = await call(site(), 'GET /openapi.json', { token: null });
      expect([status, body['openapi']]).toEqual([200, '3.1.0']);
      expect(body['servers']).toEqual([{ url: site().openapiServer }]);
    });

    it('for an unknown path are 404, with a wrong method 405 with the methods allowed', async () => {
      expectError(await send('GET /api/v1/nothing'), 404, 'NOT_FOUND');
      const wrong = await send('DELETE /api/v1/pipeline/execute');
      expectError(wrong, 405, 'METHOD_NOT_ALLOWED');
      expect(wrong.headers.get('allow')).toContain('POST');
    });

    it('for a pipeline that does not exist are 404', async () => {
      expectError(await send(`GET /api/v1/pipeline/pipe_${'0'.repeat(26)}`), 404, 'NOT_FOUND');
      expectError(await send(`POST /api/v1/pipeline/pipe_${'0'.repeat(26)}/cancel`), 404, 'NOT_FOUND');
    });

    it('carry limits that tell what is left, and security headers', async () => {
      const { headers } = await send('GET /api/v1/pipeline?limit=1');
      expect(headers.get('x-ratelimit-limit')).toBe('5000');
      expect(Number(headers.get('x-ratelimit-remaining'))).toBeLessThan(5000);
      expect(Number(headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now());
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    });

    it('beyond the limit are 429 and say when to come back', async () => {
      const invalid = { token: site().spareToken, body: {} };
      let answer = await send(executePath, invalid);
      for (let sent = 1; answer.status !== 429 && sent <= 125; sent += 1) answer = await send(executePath, invalid);
      expectError(answer, 429, 'RATE_LIMITED');
      expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await send('GET /api/v1/pipeline?limit=1', { token: site().spareToken })).status).toBe(200);
    });

    const good = pipelineRequest('http://omni-gitea:3000/a/b.git');
    it.each<[string, unknown, string]>([
      ['malformed JSON', '{"task": ', 'body'],
      ['no task', { config: good.config }, 'body.task'],
      ['an empty task', { ...good, task: ' ' }, 'body.task'],
      ['a task of another type', { ...good, task: 7 }, 'body.task'],
      ['no repository', { task: 'x', config: {} }, 'body.config.repo_url'],
      [
        'credentials in the repository URL',
        pipelineRequest('http://user:secret@omni-gitea/a/b.git'),
        'body.config.repo_url',
      ],
      ['an unknown field', { ...good, priority: 1 }, 'body.priority'],
      [
        'an unknown field deep down',
        pipelineRequest(good.config.repo_url, { config: { modle: 'x' } }),
        'body.config.modle',
      ],
      ['an unknown stage', { ...good, stages: ['ingest', 'dance'] }, 'body.stages.1'],
      ['a stage twice', { ...good, stages: ['test', 'test'] }, 'body.stages'],
      ['no stage at all', { ...good, stages: [] }, 'body.stages'],
      [
        'too many iterations',
        pipelineRequest(good.config.repo_url, { config: { max_iterations: 11 } }),
        'body.config.max_iterations',
      ],
      [
        'an unknown gate',
        pipelineRequest(good.config.repo_url, { config: { quality_gate: 'lax' } }),
        'body.config.quality_gate',
      ],
      ['a bad branch', pipelineRequest(good.config.repo_url, { config: { branch: 'a..b' } }), 'body.config.branch'],
    ])('with %s are 400 with the path of the field', async (_, body, path) => {
      const answer = await send(executePath, { body });
      expectError(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details?.map((detail) => detail.path)).toContain(path);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    });

    it('with a body of another media type are 415, beyond 256 KiB 413', async () => {
      expectError(
        await send(executePath, { body: 'task=x', headers: { 'content-type': 'text/plain' } }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      );
      expectError(
        await send(executePath, { body: { ...good, task: 'x'.repeat(256 * 1024) } }),
        413,
        'PAYLOAD_TOO_LARGE',
      );
    });

    it('with the same Idempotency-Key start one pipeline and get the first answer again', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const body = pipelineRequest(newRepository().url, { stages: ['enrich'] });
      const first = await call(site(), executePath, { body, headers });
      const again = await call(site(), executePath, { body, headers });
      expect([first.status, again.status]).toEqual([202, 202]);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expectError(
        await send(executePath, { body: { ...body, task: 'Another' }, headers }),
        422,
        'IDEMPOTENCY_MISMATCH',
      );
      expectError(
        await send(executePath, { body, headers: { 'idempotency-key': 'k'.repeat(256) } }),
        400,
        'VALIDATION_ERROR',
      );
    });
  });

  describe('lists', () => {
    it.each([
      'limit=0',
      'limit=101',
      'limit=x',
      'since=yesterday',
      'status=sleeping',
      'cursor=nonsense',
      'stauts=failed',
    ])('with %s are 400 with the path of the parameter', async (query) => {
      const answer = await send(`GET /api/v1/pipeline?${query}`);
      expectError(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details?.[0]?.path).toBe(`query.${query.split('=')[0]}`);
    });

    it('give pages, newest first, that a cursor continues under the same filters only', async () => {
      const repository = newRepository();
      const ids: string[] = [];
      for (const branch of ['one', 'two', 'three']) {
        ids.unshift(
          (await execute(site(), pipelineRequest(repository.url, { stages: ['enrich'], config: { branch } })))
            .pipeline_id,
        );
      }
      const list = async (query: string) => {
        const path = `GET /api/v1/pipeline?repo_url=${encodeURIComponent(repository.url)}&${query}`;
        const { body } = await call<{ pipelines: { pipeline_id: string }[]; next_cursor: string | null }>(site(), path);
        return { ids: body.pipelines.map(({ pipeline_id }) => pipeline_id), next: body.next_cursor };
      };
      const first = await list('limit=2');
      expect(first.ids).toEqual(ids.slice(0, 2));
      expect(await list(`limit=2&cursor=${first.next}`)).toEqual({ ids: ids.slice(2), next: null });
      expect((await list('branch=two')).ids).toEqual([ids[1]]);
      for (const id of ids) await ended(site(), id);
      expect((await list('status=completed')).ids).toEqual(ids);
      expect((await list('status=running')).ids).toEqual([]);
      expectError(await send(`GET /api/v1/pipeline?status=failed&cursor=${first.next}`), 400, 'VALIDATION_ERROR');
    });
  });
}
