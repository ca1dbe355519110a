import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeRefresh } from '../../../../functions/knowledge/refresh-store.ts';
import { planRefresh } from '../../../../functions/knowledge/tasks/plan-refresh.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { Death, dyingBackend } from '../../pipelines/dying-backend.ts';
import { letGo, refreshNow, sourcesNow, storedRefresh } from '../knowledge-home.ts';
import { refusal, type ScriptedKnowledge, scriptKnowledge, source, unreachable } from '../scripted-knowledge.ts';

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

const plan = (id: string) => planRefresh.run({ refresh_id: id }, home);
const down = (service: string) => {
  knowledge.fails = ({ name }) => (name.startsWith(service) ? unreachable() : undefined);
};

describe('the plan of a refresh', () => {
  it('stores each source with what is done about it, and hands on their numbers alone', async () => {
    const { id } = await storedRefresh(home);
    expect(await plan(id)).toEqual({ sources: [1], rebuild_cache: true });
    expect((await refreshNow(home, { id })).plan).toMatchObject({
      ingestCount: 1,
      checked: 2,
      unchanged: 1,
      leftOut: 0,
    });
    expect(await sourcesNow(home, { id })).toMatchObject({
      'src-2': {
        state: 'pending',
        reason: 'stale',
        sourceUrl: 'http://omni-wikijs:3000/b',
        collection: 'doc_embeddings',
      },
      'src-1': { state: 'unchanged', reason: 'fresh', collection: 'code_embeddings' },
    });
  });

  it('is made once: a call that is repeated gives the same, whatever became of the sources meanwhile', async () => {
    const { id } = await storedRefresh(home, { rebuild_cache: false });
    const first = await plan(id);
    knowledge.sources.set('src-3', source({ state: 'stale' }));
    expect(await plan(id)).toEqual(first);
    expect(first).toEqual({ sources: [1], rebuild_cache: false });
    expect(knowledge.count('freshness-monitor GET /v1/sources')).toBe(1);
  });

  it('has a source that was named and has vanished since as deleted', async () => {
    const { id } = await storedRefresh(home, { sources: ['src-2', 'src-9'] });
    await plan(id);
    expect(await sourcesNow(home, { id })).toMatchObject({
      'src-9': { state: 'deleted', reason: 'not_found', completedMs: home.clock.now() },
    });
  });

  it('is made from the list of the ingestor when all is forced and the monitor is down', async () => {
    down('freshness-monitor');
    const { id } = await storedRefresh(home, { force_reingest: true });
    expect(await plan(id)).toEqual({ sources: [1, 2], rebuild_cache: true });
  });

  it.each(['monitor', 'ingestor'])('begins with what was ingested longest ago, as the %s tells it', async (teller) => {
    if (teller === 'ingestor') down('freshness-monitor');
    knowledge.sources.set('src-3', source({ ingestedAt: '2025-01-12T23:00:00-02:00' }));
    knowledge.sources.set('src-4', source({ ingestedAt: '2025-01-13T00:30:00Z' }));
    const { id } = await storedRefresh(home, { force_reingest: true });
    await plan(id);
    expect(Object.keys(await sourcesNow(home, { id })).slice(0, 2)).toEqual(['src-4', 'src-3']);
  });

  it('fails as the upstream did when the monitor cannot be asked, for the state machine to try again', async () => {
    const { id } = await storedRefresh(home);
    down('freshness-monitor');
    await expect(plan(id)).rejects.toMatchObject({ name: 'UpstreamUnreachable' });
    knowledge.fails = () => Response.json({ sources: 'x' });
    await expect(plan(id)).rejects.toMatchObject({ name: 'UpstreamNonsense' });
    knowledge.fails = () => refusal(500);
    await expect(plan(id)).rejects.toMatchObject({ name: 'UpstreamFailing' });
    expect((await refreshNow(home, { id })).plan).toBeNull();
  });

  it('of a refresh that has ended is nothing to do', async () => {
    const { id } = await storedRefresh(home);
    await changeRefresh(home.backend, id, (refresh) => ({ ...refresh, status: 'failed' }));
    expect(await plan(id)).toEqual({ sources: [], rebuild_cache: false });
    expect(knowledge.calls).toEqual([]);
  });

  it.each([0, 1, 2])('made again after a death at write %i counts alone', async (writes) => {
    for (const isAnswerLost of [false, true]) {
      const refresh = await storedRefresh(home);
      const dying = { ...home, backend: dyingBackend(home.backend, writes, isAnswerLost) };
      await expect(planRefresh.run({ refresh_id: refresh.id }, dying)).rejects.toThrow(Death);
      knowledge.sources.set('src-3', source({ state: 'stale' }));
      const { sources } = await plan(refresh.id);
      const stored = await sourcesNow(home, refresh);
      expect(sources).toHaveLength(Object.values(stored).filter(({ state }) => state === 'pending').length);
      expect(Object.keys(stored)).toHaveLength((await refreshNow(home, refresh)).plan?.checked ?? 0);
      knowledge.sources.delete('src-3');
      await letGo(home, refresh);
    }
  });

  it('made by two at the same time is that of one of them', async () => {
    const refresh = await storedRefresh(home);
    const answers = await Promise.all([plan(refresh.id), plan(refresh.id)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(Object.keys(await sourcesNow(home, refresh))).toHaveLength(2);
  });

  it('of a refresh that was never stored is a failure', async () => {
    await expect(plan('ref_none')).rejects.toThrow('there is no refresh ref_none');
  });
});
