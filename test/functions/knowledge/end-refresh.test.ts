import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endRefresh } from '../../../functions/knowledge/end-refresh.ts';
import type { Refresh } from '../../../functions/knowledge/refresh.ts';
import { finishRefresh } from '../../../functions/knowledge/tasks/finish-refresh.ts';
import { ingestSource } from '../../../functions/knowledge/tasks/ingest-source.ts';
import { planRefresh } from '../../../functions/knowledge/tasks/plan-refresh.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { refreshNow, runRefresh, sourcesNow, storedRefresh, unknownRefresh } from './knowledge-home.ts';
import { type ScriptedKnowledge, scriptKnowledge, source } from './scripted-knowledge.ts';

let home: TestHome;
let knowledge: ScriptedKnowledge;
beforeEach(async () => {
  home = await openHome();
  knowledge = scriptKnowledge();
});
afterEach(async () => {
  knowledge.remove();
  await home.close();
});

const lock = () => home.backend.table('locks').get({ pk: 'knowledge-refresh', sk: 'lock' });
const finish = (refresh: Refresh, broken_off?: { Error: string }) =>
  finishRefresh.run({ execution: { refresh_id: refresh.id, ...(broken_off ? { broken_off } : {}) } }, home);

async function planned(): Promise<Refresh> {
  const refresh = await storedRefresh(home);
  await planRefresh.run({ refresh_id: refresh.id }, home);
  return refresh;
}

describe('a refresh that went to its end', () => {
  it('is told with its counts, and lets the next one in', async () => {
    knowledge.sources.set('src-3', source({ state: 'stale', fate: 'failed' }));
    const refresh = await storedRefresh(home);
    const ended = await runRefresh(home, refresh);
    const counts = { checked: 3, ingested: 1, unchanged: 1, deleted: 0, errors: 1 };
    expect(ended).toMatchObject({ status: 'completed_with_errors', counts, error: null });
    expect(ended).not.toHaveProperty('unfinished');
    expect(await lock()).toBeUndefined();
    expect(home.published).toMatchObject([
      {
        type: 'knowledge.refreshed',
        timestamp: new Date(ended.completedMs ?? 0).toISOString(),
        data: {
          refresh_id: refresh.id,
          status: 'completed_with_errors',
          duration_ms: (ended.completedMs ?? 0) - refresh.createdMs,
          ...counts,
          left_out: 0,
          error: null,
        },
      },
    ]);
  });

  it('has a source that the state machine gave up as failed, which says so', async () => {
    const refresh = await planned();
    expect(await finish(refresh)).toEqual({ status: 'failed' });
    expect((await sourcesNow(home, refresh))['src-2']).toMatchObject({
      state: 'failed',
      error: 'Following its ingestion failed again and again.',
      completedMs: home.clock.now(),
    });
    expect((await refreshNow(home, refresh)).error).toMatchObject({ code: 'SOURCES_FAILED' });
  });
});

describe('a refresh that broke off', () => {
  it('in the middle has failed, with its sources under way, and lets the next one in', async () => {
    const refresh = await planned();
    await finish(refresh, { Error: 'Error' });
    const message = 'The refresh was broken off: a step of it failed again and again.';
    expect(await refreshNow(home, refresh)).toMatchObject({ status: 'failed', error: { code: 'INTERNAL', message } });
    expect((await sourcesNow(home, refresh))['src-2']).toMatchObject({ state: 'failed', error: message });
    expect((await sourcesNow(home, refresh))['src-1']).toMatchObject({ state: 'unchanged', error: null });
    expect(home.published).toMatchObject([{ data: { status: 'failed', errors: 1, error: { code: 'INTERNAL' } } }]);
    expect(await lock()).toBeUndefined();
    expect(home.logLines.some((line) => line.includes('refresh broken off') && line.includes(refresh.id))).toBe(true);
  });

  it('has every source under way as failed, and none that was done, also when they are many', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    knowledge.sources = new Map(ids.map((id) => [id, source({ state: 'stale' })]));
    const refresh = await planned();
    for (let turns = 0; turns < 2; turns += 1) await ingestSource.run({ refresh_id: refresh.id, source: 2 }, home);
    await finish(refresh, { Error: 'Error' });
    const sources = await sourcesNow(home, refresh);
    expect(Object.values(sources).map(({ id, state }) => [id, state])).toEqual(
      ids.map((id, index) => [id, index === 1 ? 'ingested' : 'failed']),
    );
  });

  it('because no plan could be made says that the knowledge layer could not be asked', async () => {
    const refresh = await storedRefresh(home);
    await finish(refresh, { Error: 'UpstreamUnreachable' });
    expect(await refreshNow(home, refresh)).toMatchObject({
      status: 'failed',
      counts: { checked: 0, ingested: 0, unchanged: 0, deleted: 0, errors: 0 },
      error: { code: 'SERVICE_UNAVAILABLE' },
    });
  });
});

describe('an end', () => {
  it('that is repeated changes nothing, and publishes the same event', async () => {
    const refresh = await planned();
    const first = await endRefresh(home, refresh.id);
    home.clock.advance(60_000);
    expect(await endRefresh(home, refresh.id, { code: 'INTERNAL', message: 'late' })).toEqual(first);
    expect(new Set(home.published.map(({ id, data }) => JSON.stringify([id, data]))).size).toBe(1);
  });

  it('takes the knowledge layer from no refresh that has it by now', async () => {
    const refresh = await planned();
    await endRefresh(home, refresh.id);
    const next = await storedRefresh(home);
    await endRefresh(home, refresh.id);
    expect((await lock())?.['owner']).toBe(next.id);
  });

  it.each([0, 1, 2, 3, 4, 5])('is the same after a death at write %i', async (writes) => {
    for (const isAnswerLost of [false, true]) {
      home.published.length = 0;
      const refresh = await planned();
      const backend = dyingBackend(home.backend, writes, isAnswerLost);
      await endRefresh({ backend }, refresh.id).catch((error) => expect(error).toBeInstanceOf(Death));
      home.clock.advance(60_000);
      const ended = await endRefresh(home, refresh.id);
      expect(ended).toMatchObject({ status: 'failed', counts: { errors: 1 } });
      expect(ended).not.toHaveProperty('unfinished');
      expect(await lock()).toBeUndefined();
      expect(new Set(home.published.map(({ id, data }) => JSON.stringify([id, data]))).size).toBe(1);
    }
  });

  it('of a refresh that is not there is a failure', async () => {
    await expect(endRefresh(home, unknownRefresh)).rejects.toThrow(unknownRefresh);
  });
});
