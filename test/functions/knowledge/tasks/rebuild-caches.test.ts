import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Refresh } from '../../../../functions/knowledge/refresh.ts';
import { changeRefresh } from '../../../../functions/knowledge/refresh-store.ts';
import { rebuildCaches } from '../../../../functions/knowledge/tasks/rebuild-caches.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { Death, dyingBackend } from '../../pipelines/dying-backend.ts';
import { letGo, refreshNow, storedRefresh } from '../knowledge-home.ts';
import { refusal, type ScriptedKnowledge, scriptKnowledge, unreachable } from '../scripted-knowledge.ts';

let home: TestHome;
let knowledge: ScriptedKnowledge;
let refresh: Refresh;
beforeEach(async () => {
  home = await openHome();
  knowledge = scriptKnowledge();
  refresh = await storedRefresh(home);
});
afterEach(async () => {
  knowledge.remove();
  await home.close();
});

const rebuild = (backend = home.backend) => rebuildCaches.run({ refresh_id: refresh.id }, { ...home, backend });
const caches = async () => (await refreshNow(home, refresh)).caches;
const order = () => knowledge.calls.map(({ name }) => name);

const drop = 'semantic-cache DELETE /v1/cache/invalidate';
const warm = 'semantic-cache POST /v1/cache/warm';

describe('the caches', () => {
  it('are dropped, then warmed, and counted', async () => {
    await rebuild();
    expect(order()).toEqual([drop, warm]);
    expect(await caches()).toEqual({ invalidated: 7, warmed: 5, error: null });
  });

  it('are rebuilt once', async () => {
    await rebuild();
    await rebuild();
    expect(knowledge.calls).toHaveLength(2);
  });

  it('are never dropped after they were warmed, whenever the process dies', async () => {
    for (const [writes, isAnswerLost] of [
      [0, false],
      [0, true],
      [1, false],
      [1, true],
    ] as const) {
      refresh = await storedRefreshAgain();
      knowledge.calls.length = 0;
      await expect(rebuild(dyingBackend(home.backend, writes, isAnswerLost))).rejects.toThrow(Death);
      await rebuild();
      expect(order().lastIndexOf(drop)).toBeLessThan(order().indexOf(warm));
      expect(await caches()).toEqual({ invalidated: 7, warmed: 5, error: null });
    }
  });

  it.each([
    ['dropped', drop, { invalidated: null, warmed: null }],
    ['warmed', warm, { invalidated: 7, warmed: null }],
  ])('that cannot be %s are an error of the refresh, and are left at that', async (_, call, counts) => {
    for (const failure of [unreachable(), refusal(500), Response.json({})]) {
      refresh = await storedRefreshAgain();
      knowledge.fails = ({ name }) =>
        name === call ? (failure instanceof Error ? failure : failure.clone()) : undefined;
      await rebuild();
      expect(await caches()).toEqual({ ...counts, error: expect.stringContaining('semantic-cache') });
      const { length } = knowledge.calls;
      await rebuild();
      expect(knowledge.calls).toHaveLength(length);
    }
  });

  it('of a refresh that has ended are left alone', async () => {
    await changeRefresh(home.backend, refresh.id, (each) => ({ ...each, status: 'completed' }));
    await rebuild();
    expect(knowledge.calls).toEqual([]);
  });
});

/** The one before has nothing left to do. */
async function storedRefreshAgain(): Promise<Refresh> {
  await letGo(home, refresh);
  return storedRefresh(home);
}
