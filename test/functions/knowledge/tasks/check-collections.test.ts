import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RefreshRequest } from '../../../../functions/knowledge/refresh-schemas.ts';
import { changeRefresh } from '../../../../functions/knowledge/refresh-store.ts';
import { checkCollections } from '../../../../functions/knowledge/tasks/check-collections.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { refreshNow, storedRefresh } from '../knowledge-home.ts';
import { collection, refusal, type ScriptedKnowledge, scriptKnowledge } from '../scripted-knowledge.ts';

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

async function checked(request: Partial<RefreshRequest> = {}) {
  const refresh = await storedRefresh(home, request);
  await checkCollections.run({ refresh_id: refresh.id }, home);
  return (await refreshNow(home, refresh)).collections;
}

describe('the collections of a refresh', () => {
  it('are the four of the platform unless told', async () => {
    expect(await checked()).toEqual(
      ['code_embeddings', 'doc_embeddings', 'conversation_memory', 'pattern_cache'].map((name) => ({
        name,
        pointsCount: 10,
        error: null,
      })),
    );
  });

  it('are those that were asked for, each once', async () => {
    expect(await checked({ collections: ['b', 'a', 'b'] })).toMatchObject([{ name: 'b' }, { name: 'a' }]);
  });

  it('are checked whatever is wrong with another, which says so', async () => {
    knowledge.fails = ({ name }) => {
      if (name.endsWith('/gone')) return refusal(404);
      if (name.endsWith('/odd')) return Response.json({ result: 1 });
      return name.endsWith('/uncounted') ? Response.json(collection(null)) : undefined;
    };
    expect(await checked({ collections: ['gone', 'odd', 'uncounted', 'good'] })).toEqual([
      { name: 'gone', pointsCount: null, error: expect.stringContaining('answered 404') },
      { name: 'odd', pointsCount: null, error: expect.stringContaining('does not promise') },
      { name: 'uncounted', pointsCount: null, error: null },
      { name: 'good', pointsCount: 10, error: null },
    ]);
  });

  it('are not checked again, nor those of a refresh that has ended', async () => {
    const refresh = await storedRefresh(home);
    await checkCollections.run({ refresh_id: refresh.id }, home);
    const { length } = knowledge.calls;
    await checkCollections.run({ refresh_id: refresh.id }, home);
    await changeRefresh(home.backend, refresh.id, (each) => ({ ...each, status: 'failed', collections: null }));
    await checkCollections.run({ refresh_id: refresh.id }, home);
    expect(knowledge.calls).toHaveLength(length);
    expect((await refreshNow(home, refresh)).collections).toBeNull();
  });
});
