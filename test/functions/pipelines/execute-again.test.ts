import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Table } from '../../../backend/backend.ts';
import type { TableName } from '../../../backend/resources.ts';
import { endPipeline } from '../../../functions/pipelines/end-pipeline.ts';
import { reconcilePipelines } from '../../../functions/pipelines/tasks/reconcile-pipelines.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { requestBody } from './requests.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

const execute = (headers: Record<string, string> = {}) =>
  api.send('POST', '/api/v1/pipeline/execute', { body: requestBody(), headers });
const withKey = { 'idempotency-key': 'k1' };
const list = async (query = '') => (await api.send('GET', `/api/v1/pipeline${query}`)).body.pipelines;

/** Lets the process "die" at a write: it and every later one fail until it is restored. */
function dieAt(name: TableName, operation: 'put' | 'update') {
  const table = api.home.backend.table.bind(api.home.backend);
  let isDead = false;
  const dying = (inner: Table, isFatal: boolean): Table => {
    const attempt = <T>(act: () => Promise<T>, kills: boolean): Promise<T> => {
      isDead ||= kills;
      return isDead ? Promise.reject(new Error('the process died')) : act();
    };
    return {
      ...inner,
      put: (...args) => attempt(() => inner.put(...args), isFatal && operation === 'put'),
      update: (...args) =>
        attempt(() => inner.update(...args), isFatal && operation === 'update' && args[0].pk.startsWith('idempotency')),
      delete: (...args) => attempt(() => inner.delete(...args), false),
    };
  };
  return vi.spyOn(api.home.backend, 'table').mockImplementation((each) => dying(table(each), each === name));
}

describe('an execute that answered 500', () => {
  /** A first attempt that stored its pipeline and then failed, with the process alive. */
  async function failOnce() {
    const publish = vi.spyOn(api.home.backend.bus, 'publish').mockRejectedValueOnce(new Error('the bus is away'));
    expect((await execute(withKey)).status).toBe(500);
    publish.mockRestore();
    const [stored] = await list();
    return stored;
  }

  it('is finished at once by the same key, under the same id', async () => {
    const stored = await failOnce();
    const again = await execute(withKey);
    expect([again.status, again.body]).toEqual([202, stored]);
    expect(await list()).toHaveLength(1);
    expect(await api.home.backend.machine('pipeline').describe(stored.pipeline_id)).toEqual({ status: 'RUNNING' });
  });

  it('takes no other request under its key', async () => {
    await failOnce();
    const body = requestBody({ branch: 'other' });
    const other = await api.send('POST', '/api/v1/pipeline/execute', { body, headers: withKey });
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });

  it('gives its own pipeline to the same key when another holds the branch by then, and starts no third', async () => {
    const { pipeline_id: id } = await failOnce();
    await endPipeline(api.home.backend, id);
    const other = await execute();
    expect(other.status).toBe(202);
    const again = await execute(withKey);
    expect([again.status, again.body.pipeline_id, again.body.status]).toEqual([202, id, 'failed']);
    const ids = (await list()).map((pipeline: { pipeline_id: string }) => pipeline.pipeline_id);
    expect(ids).toEqual([other.body.pipeline_id, id]);
    const refused = await execute();
    expect([refused.status, refused.body.error.details.pipeline_id]).toEqual([409, other.body.pipeline_id]);
  });
});

describe('an execute that died', () => {
  it('before its pipeline was stored is finished under the same id by the same key a minute later', async () => {
    const death = dieAt('pipelines', 'put');
    expect((await execute(withKey)).status).toBe(500);
    death.mockRestore();
    api.home.clock.advance(61_000);
    const again = await execute(withKey);
    expect(again.status).toBe(202);
    expect(await list()).toEqual([again.body]);
  });

  it('and is finished later is found by a list since its created_at', async () => {
    const death = dieAt('pipelines', 'put');
    await execute(withKey);
    death.mockRestore();
    api.home.clock.advance(61_000);
    const { body } = await execute(withKey);
    expect(await list(`?since=${body.created_at}`)).toHaveLength(1);
  });

  it('after all was started gives the same pipeline again, and starts no second', async () => {
    const death = dieAt('requests', 'update');
    expect((await execute(withKey)).status).toBe(500);
    death.mockRestore();
    const [started] = await list();
    api.home.clock.advance(61_000);
    const again = await execute(withKey);
    expect([again.status, again.body]).toEqual([202, started]);
    expect(new Set(api.home.published.map(({ id }) => id)).size).toBe(1);
    expect(await list()).toHaveLength(1);
  });

  it('before its pipeline was stored holds the branch for a minute, and names itself', async () => {
    const death = dieAt('pipelines', 'put');
    await execute();
    death.mockRestore();
    const startedAt = new Date(api.home.clock.now()).toISOString();
    api.home.clock.advance(59_000);
    const refused = await execute();
    expect(refused.status).toBe(409);
    expect(refused.body.error.details).toEqual({
      pipeline_id: expect.stringMatching(/^pipe_/),
      stage: null,
      started_at: startedAt,
    });
    api.home.clock.advance(1_000);
    expect((await execute()).status).toBe(202);
  });

  it('before its execution was started is started by the reconciliation', async () => {
    const publish = vi.spyOn(api.home.backend.bus, 'publish').mockRejectedValueOnce(new Error('the bus is away'));
    expect((await execute()).status).toBe(500);
    publish.mockRestore();
    const [{ pipeline_id: id }] = await list();
    expect(await api.home.backend.machine('pipeline').describe(id)).toBeUndefined();
    expect(await reconcilePipelines.run(null, api.home)).toEqual({ reconciled: 1 });
    expect(await api.home.backend.machine('pipeline').describe(id)).toEqual({ status: 'RUNNING' });
    expect(api.home.published.map(({ type }) => type)).toEqual(['pipeline.started']);
  });
});
