import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadFreshness } from '../../../../functions/knowledge/freshness-store.ts';
import { checkFreshness } from '../../../../functions/knowledge/tasks/check-freshness.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { Death, dyingBackend } from '../../pipelines/dying-backend.ts';
import {
  refusal,
  type ScriptedKnowledge,
  type ScriptedSource,
  scriptKnowledge,
  source,
  unreachable,
} from '../scripted-knowledge.ts';

let home: TestHome;
let knowledge: ScriptedKnowledge;
beforeEach(async () => {
  home = await openHome();
  knowledge = scriptKnowledge();
  knowledge.sources = new Map([
    ['a', source()],
    ['b', source()],
  ]);
});
afterEach(async () => {
  knowledge.remove();
  await home.close();
});

async function check(backend = home.backend) {
  home.clock.advance(300_000);
  return checkFreshness.run(null, { ...home, backend });
}
const make = (id: string, state: ScriptedSource['state']) =>
  void knowledge.sources.set(id, source({ state, url: 'http://x' }));
/** Runs that all know the same before; then each hears another state of the source from the monitor, one after the other. */
async function overlap(...states: ScriptedSource['state'][]): Promise<void> {
  const answers = states.map(() => Promise.withResolvers<Response>());
  let [asked, ended] = [0, 0];
  knowledge.fails = () => answers[asked++]?.promise;
  const runs = states.map(() => checkFreshness.run(null, home).finally(() => (ended += 1)));
  await vi.waitFor(() => expect(asked).toBe(states.length));
  for (const [index, state] of states.entries()) {
    home.clock.advance(1000);
    answers[index]?.resolve(Response.json({ sources: [{ id: 'a', state }], total: 1 }));
    await vi.waitFor(() => expect(ended).toBe(index + 1));
  }
  await Promise.all(runs);
}
const stale = () => home.published.map(({ data }) => data['source_id']);

describe('a source that becomes stale', () => {
  it('is published once, with what is known of it, and not again while it stays stale', async () => {
    expect(await check()).toEqual({ checked: 2, became_stale: 0 });
    make('a', 'stale');
    expect(await check()).toEqual({ checked: 2, became_stale: 1 });
    expect(home.published).toMatchObject([
      {
        type: 'knowledge.source.stale',
        timestamp: new Date(home.clock.now()).toISOString(),
        sequence: 1,
        data: {
          source_id: 'a',
          source_url: 'http://x',
          collection: 'doc_embeddings',
          last_ingested_at: '2025-01-13T08:12:00.000Z',
        },
      },
    ]);
    expect(await check()).toEqual({ checked: 2, became_stale: 0 });
    expect(home.published).toHaveLength(1);
  });

  it('is published again after it was fresh in between, as another event of the same source', async () => {
    for (const state of ['stale', 'fresh', 'stale', 'reingesting', 'stale'] as const) {
      make('a', state);
      await check();
    }
    expect(stale()).toEqual(['a', 'a']);
    expect(new Set(home.published.map(({ id }) => id)).size).toBe(2);
    expect(home.published.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('is published once by runs that overlap, and once more when it became stale again', async () => {
    await overlap('stale', 'stale', 'stale');
    expect(stale()).toEqual(['a']);
    await overlap('fresh', 'fresh');
    await overlap('stale', 'stale');
    expect(stale()).toEqual(['a', 'a']);
  });

  it('is not published by a run that hears of it later than another hears that it is fresh', async () => {
    await overlap('fresh', 'stale');
    expect(stale()).toEqual([]);
    expect((await loadFreshness(home.backend)).get('a')).toMatchObject({ isStale: false, pending: null });
  });

  it('that vanished and is back is not published again', async () => {
    make('a', 'stale');
    await check();
    knowledge.sources.delete('a');
    await check();
    make('a', 'stale');
    await check();
    expect(stale()).toEqual(['a']);
  });

  it('is forgotten 90 days after it vanished, and not while it is seen', async () => {
    make('a', 'stale');
    await check();
    for (let days = 0; days < 120; days += 30) {
      home.clock.advance(30 * 24 * 3_600_000);
      await check();
    }
    expect([...(await loadFreshness(home.backend)).keys()].sort()).toEqual(['a', 'b']);
    expect(stale()).toEqual(['a']);
    knowledge.sources.clear();
    home.clock.advance(90 * 24 * 3_600_000);
    await check();
    expect((await loadFreshness(home.backend)).size).toBe(0);
  });
});

describe('a monitor that', () => {
  it.each([
    ['cannot be reached', () => unreachable()],
    ['fails', () => refusal(500)],
    ['answers nonsense', () => Response.json({ sources: [{ id: 'a', state: 'odd' }], total: 1 })],
  ])('%s changes nothing, and fails the run', async (_, failure) => {
    make('a', 'stale');
    await check();
    const before = await loadFreshness(home.backend);
    make('b', 'stale');
    knowledge.fails = failure;
    await expect(check()).rejects.toThrow('freshness-monitor');
    expect(await loadFreshness(home.backend)).toEqual(before);
    knowledge.fails = () => undefined;
    await check();
    expect(stale()).toEqual(['a', 'b']);
  });
});

it('asks nobody where the catalogue has no monitor, which is no fault', async () => {
  const services = home.catalogue.services.filter(({ name }) => name !== 'freshness-monitor');
  make('a', 'stale');
  expect(await checkFreshness.run(null, { ...home, catalogue: { services } })).toEqual({ checked: 0, became_stale: 0 });
  expect(stale()).toEqual([]);
});

describe('a run that dies', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('at write %i loses no change and publishes none under two ids', async (writes) => {
    for (const isAnswerLost of [false, true]) {
      for (const id of ['a', 'b']) make(id, 'fresh');
      await check();
      home.published.length = 0;
      for (const id of ['a', 'b']) make(id, 'stale');
      const dying = dyingBackend(home.backend, writes, isAnswerLost);
      await check(dying).catch((error) => expect(error).toBeInstanceOf(Death));
      await check();
      await check();
      expect([...new Set(stale())].sort()).toEqual(['a', 'b']);
      expect(new Set(home.published.map(({ id }) => id)).size).toBe(2);
    }
  });

  it('leaves its event to the next one, which publishes it although the monitor is down by then', async () => {
    make('a', 'stale');
    const afterFirst = dyingBackend(home.backend, 1, false);
    await expect(check(afterFirst)).rejects.toThrow(Death);
    knowledge.fails = () => unreachable();
    await expect(check()).rejects.toThrow('freshness-monitor');
    expect(stale()).toEqual(['a']);
  });
});
