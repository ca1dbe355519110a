import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { refreshNow, runThroughDeaths, sourcesNow, storedRefresh } from './knowledge-home.ts';
import { type ScriptedKnowledge, scriptKnowledge, source } from './scripted-knowledge.ts';

let knowledge: ScriptedKnowledge;
beforeEach(() => {
  knowledge = scriptKnowledge();
});
afterEach(() => knowledge.remove());

const isDeath = (error: unknown) => error instanceof Death;

/** One source is ingested, one fails, one is gone and one takes time. */
async function open() {
  const home = await openHome();
  knowledge.calls.length = 0;
  knowledge.starts.length = 0;
  knowledge.sources = new Map([
    ['good', source({ state: 'stale' })],
    ['slow', source({ state: 'stale', waits: 2 })],
    ['bad', source({ state: 'error', fate: 'failed' })],
    ['gone', source({ state: 'stale', fate: 'gone' })],
    ['fresh', source()],
  ]);
  return { home, refresh: await storedRefresh(home) };
}

/** What must hold at the end, however often somebody died on the way. */
async function expectEnded(home: TestHome, refresh: { id: string }): Promise<void> {
  const ended = await refreshNow(home, refresh);
  expect(ended).toMatchObject({
    status: 'completed_with_errors',
    counts: { checked: 5, ingested: 2, unchanged: 1, deleted: 1, errors: 1 },
    caches: { invalidated: 7, warmed: 5, error: null },
    error: null,
  });
  expect(ended.collections).toHaveLength(4);
  const states = Object.values(await sourcesNow(home, refresh)).map(({ id, state }) => [id, state]);
  expect(Object.fromEntries(states)).toEqual({
    good: 'ingested',
    slow: 'ingested',
    bad: 'failed',
    gone: 'deleted',
    fresh: 'unchanged',
  });
  const started = ['good', 'slow', 'bad', 'invalidate', 'warm'].map((what) => `${refresh.id}:${what}`);
  expect(knowledge.starts.toSorted()).toEqual(started.toSorted());
  const events = home.published.map(({ id, type }) => `${type} ${id}`);
  expect(new Set(events).size).toBe(1);
  expect(events[0]).toContain('knowledge.refreshed');
  expect(ended).not.toHaveProperty('unfinished');
  expect(await home.backend.table('locks').get({ pk: 'knowledge-refresh', sk: 'lock' })).toBeUndefined();
}

describe.each([
  ['a function', false],
  ['the process', true],
])('at any moment of a refresh, %s killed', (_, isProcess) => {
  it.each([
    ['before a write', false],
    ['after it, its answer lost', true],
  ])('%s, it ends as if nothing had happened', async (__, isAnswerLost) => {
    for (let writes = 0; ; writes += 1) {
      const { home, refresh } = await open();
      const mortal = dyingBackend(home.backend, writes, isAnswerLost);
      const homeNow = () => ({ ...home, backend: mortal.isDead() ? home.backend : mortal });
      await runThroughDeaths(homeNow, refresh.id, { isProcess, isDeath });
      await expectEnded(home, refresh);
      await home.close();
      if (!mortal.isDead()) return;
    }
  });

  it.each(['before', 'after'] as const)('%s any call of a service, it ends as if nothing had happened', async (at) => {
    for (let moment = 1; ; moment += 1) {
      const { home, refresh } = await open();
      const { backend, remove, calls, ...mortality } = killedAtCall(home.backend, moment, at);
      const homeNow = () => ({ ...home, backend });
      await runThroughDeaths(homeNow, refresh.id, { isProcess, ...mortality });
      remove();
      await expectEnded(home, refresh);
      await home.close();
      if (calls() < moment) return;
    }
  });
});

/** From that call on nothing is stored any more and no call comes through, until whoever died is revived. */
function killedAtCall(backend: Backend, moment: number, at: 'before' | 'after') {
  const scripted = globalThis.fetch;
  const dead = dyingBackend(backend, 0, false);
  let [calls, isKilled] = [0, false];
  globalThis.fetch = async (...args) => {
    calls += 1;
    if (calls === moment && at === 'before') isKilled = true;
    if (isKilled) throw new Death();
    const response = await scripted(...args);
    if (calls === moment) isKilled = true;
    return response;
  };
  const current = () => (isKilled ? dead : backend);
  const mortal: Backend = {
    ...backend,
    table: (name) => current().table(name),
    bus: { publish: (events) => current().bus.publish(events) },
  };
  return {
    backend: mortal,
    calls: () => calls,
    isDeath: (error: unknown) => isKilled || isDeath(error),
    revive: () => {
      isKilled = false;
    },
    remove: () => {
      globalThis.fetch = scripted;
    },
  };
}
