import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refreshKnowledgeContract } from '../../../functions/knowledge/contract.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { type KnowledgeApi, openKnowledgeApi } from './knowledge-api.ts';
import { letGo, refreshPath as path, storedRefresh } from './knowledge-home.ts';
import { refusal, source, unreachable } from './scripted-knowledge.ts';

let api: KnowledgeApi;
beforeEach(async () => {
  api = await openKnowledgeApi();
});
afterEach(() => api.close());

const request = { method: 'POST', path };
const refresh = (body?: unknown, headers = {}) => api.send('POST', path, { body, headers });
const run = (id: string) => api.home.backend.machine('knowledge-refresh').describe(id);
const listed = async () => (await api.send('GET', path)).body.refreshes;
const down = (...services: string[]) => {
  api.knowledge.fails = ({ name }) => (services.some((each) => name.startsWith(each)) ? unreachable() : undefined);
};

describe('202', () => {
  it('shows the refresh that has begun, with what it was asked for, and where it can be read', async () => {
    const answer = await refresh();
    expect(answer.status, answer.text).toBe(202);
    expect(refreshKnowledgeContract.answers.accepted.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toEqual({
      refresh_id: expect.stringMatching(/^ref_[0-9a-z]{26}$/),
      status: 'running',
      request: { sources: ['all'], force_reingest: false, rebuild_cache: true, collections: null },
      counts: null,
      left_out: null,
      error: null,
      created_at: new Date(api.home.clock.now()).toISOString(),
      completed_at: null,
      duration_ms: null,
    });
    const location = `${path}/${answer.body.refresh_id}`;
    expect(answer.headers.get('location')).toBe(location);
    expect((await api.send('GET', location)).status).toBe(200);
    expect(await run(answer.body.refresh_id)).toEqual({ status: 'RUNNING' });
  });

  it('takes the example of the reference as it stands', async () => {
    const body = {
      sources: ['all'],
      force_reingest: false,
      rebuild_cache: true,
      collections: ['code_embeddings', 'doc_embeddings'],
    };
    expect((await refresh(body)).body.request).toEqual(body);
  });

  it.each(['src-1', 'http://omni-gitea:3000/a.git'])('takes a source by id and by URL: %s', async (name) => {
    expect((await refresh({ sources: [name] })).status).toBe(202);
  });

  it('goes by the list of the ingestor when all is forced and the monitor is down', async () => {
    down('freshness-monitor');
    expect((await refresh({ sources: ['src-1'], force_reingest: true })).status).toBe(202);
  });

  it('is given for the next refresh once one has nothing left to do', async () => {
    await letGo(api.home, await storedRefresh(api.home));
    expect((await refresh()).status).toBe(202);
  });

  it('under an Idempotency-Key begins one refresh, and is answered the same', async () => {
    const headers = { 'idempotency-key': 'key' };
    const [first, again] = [await refresh({}, headers), await refresh({}, headers)];
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await listed()).toHaveLength(1);
  });

  it.each([0, 1, 2, 3, 4])(
    'comes of the same request again after its process died at write %i, with one refresh that runs',
    async (writes) => {
      const { backend } = api.home;
      for (const isAnswerLost of [false, true]) {
        const headers = { 'idempotency-key': `key-${isAnswerLost}` };
        const before = (await listed()).length;
        api.home.backend = dyingBackend(backend, writes, isAnswerLost);
        await refresh({}, headers);
        api.home.backend = backend;
        api.home.clock.advance(61_000);
        const answer = await refresh({}, headers);
        expect([answer.status, (await listed()).length], answer.text).toEqual([202, before + 1]);
        expect(await run(answer.body.refresh_id)).toEqual({ status: 'RUNNING' });
        await letGo(api.home, { id: answer.body.refresh_id });
      }
    },
  );

  it('comes of the same request again where its machine could not be started', async () => {
    const headers = { 'idempotency-key': 'key' };
    const machine = vi.spyOn(api.home.backend, 'machine').mockImplementation(() => {
      throw new Error('the machine is down');
    });
    expect((await refresh({}, headers)).status).toBe(500);
    machine.mockRestore();
    const answer = await refresh({}, headers);
    expect(answer.status).toBe(202);
    expect(await run(answer.body.refresh_id)).toEqual({ status: 'RUNNING' });
    expect(await listed()).toHaveLength(1);
  });
});

describe('200', () => {
  it('is given with dry_run: what is stale and why; nothing is stored or started', async () => {
    api.knowledge.sources.set('src-3', source({ state: 'error' }));
    const answer = await refresh({ dry_run: true });
    expect(answer.status, answer.text).toBe(200);
    expect(refreshKnowledgeContract.answers.preview.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toEqual({
      dry_run: true,
      checked: 3,
      to_ingest: 2,
      left_out: 0,
      sources: [
        {
          id: 'src-2',
          source_url: 'http://omni-wikijs:3000/b',
          collection: 'doc_embeddings',
          action: 'ingest',
          reason: 'stale',
        },
        { id: 'src-3', source_url: null, collection: 'doc_embeddings', action: 'ingest', reason: 'error' },
        {
          id: 'src-1',
          source_url: 'http://omni-gitea:3000/a.git',
          collection: 'code_embeddings',
          action: 'none',
          reason: 'fresh',
        },
      ],
    });
    expect(await listed()).toEqual([]);
    expect((await refresh()).status).toBe(202);
  });

  it('is given while a refresh runs', async () => {
    await storedRefresh(api.home);
    expect((await refresh({ dry_run: true })).status).toBe(200);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ sources: [] }, 'body.sources'],
    [{ sources: 'all' }, 'body.sources'],
    [{ sources: [''] }, 'body.sources.0'],
    [{ sources: ['all', 'src-1'] }, 'body.sources'],
    [{ sources: Array(81).fill('src-1') }, 'body.sources'],
    [{ force_reingest: 'yes' }, 'body.force_reingest'],
    [{ rebuild_cache: 1 }, 'body.rebuild_cache'],
    [{ collections: [] }, 'body.collections'],
    [{ collections: ['code_embeddings', '../x'] }, 'body.collections.1'],
    [{ dry_run: 'no' }, 'body.dry_run'],
    [{ source: ['all'] }, 'body.source'],
  ])('is given for %j', async (body, field) => {
    const answer = await refresh(body);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
  });

  it.each([false, true])(
    'names each source that there is not (dry_run: %s), and nothing is started',
    async (dry_run) => {
      const answer = await refresh({ sources: ['src-1', 'src-9', 'http://nowhere'], dry_run });
      expectRefusal(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details.map((detail: { path: string }) => detail.path)).toEqual([
        'body.sources.1',
        'body.sources.2',
      ]);
      expect(await listed()).toEqual([]);
      expect((await refresh()).status).toBe(202);
    },
  );
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('409 CONFLICT', () => {
  it('names the refresh that runs, and since when', async () => {
    const { body } = await refresh();
    const answer = await refresh();
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.details).toEqual({ refresh_id: body.refresh_id, started_at: body.created_at });
    expect(await listed()).toHaveLength(1);
  });

  it('is given to all but one of many at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh()));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given for a body of more than 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given for a body that is not JSON', () => expectJsonOnly(api, request));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another body', async () => {
    const headers = { 'idempotency-key': 'key' };
    await refresh({}, headers);
    expectRefusal(await refresh({ force_reingest: true }, headers), 422, 'IDEMPOTENCY_MISMATCH');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond two a minute', async () => {
    const limited = await openKnowledgeApi({ RATE_LIMITS: '' });
    await expectLimited(limited, { ...request, body: { dry_run: true } }, 2);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'knowledge'));
});

describe('503 SERVICE_UNAVAILABLE', () => {
  it.each([
    ['cannot be reached', () => unreachable()],
    ['fails', () => refusal(500)],
    ['answers nonsense', () => new Response('<html>')],
  ])('is given when the monitor %s, and nothing is started', async (_, failure) => {
    api.knowledge.fails = failure;
    for (const dry_run of [true, false]) {
      const answer = await refresh({ dry_run });
      expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
      expect(answer.body.error.details).toEqual({ service: 'freshness-monitor' });
    }
    api.knowledge.fails = () => undefined;
    expect(await listed()).toEqual([]);
    expect((await refresh()).status).toBe(202);
  });

  it('is given when all is forced and the ingestor is down too', async () => {
    down('freshness-monitor', 'knowledge-ingestor');
    expectRefusal(await refresh({ force_reingest: true }), 503, 'SERVICE_UNAVAILABLE');
  });
});
