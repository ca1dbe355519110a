import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Refresh } from '../../../../functions/knowledge/refresh.ts';
import { changeRefresh } from '../../../../functions/knowledge/refresh-store.ts';
import type { SourceRun } from '../../../../functions/knowledge/source-run.ts';
import { ingestSource } from '../../../../functions/knowledge/tasks/ingest-source.ts';
import { planRefresh } from '../../../../functions/knowledge/tasks/plan-refresh.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { sourcesNow, storedRefresh } from '../knowledge-home.ts';
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
let refresh: Refresh;
beforeEach(async () => {
  home = await openHome({ settings: { KNOWLEDGE_SOURCE_DEADLINE_SECONDS: '600' } });
  knowledge = scriptKnowledge();
});
afterEach(async () => {
  knowledge.remove();
  await home.close();
});

const id = 'src/ä';
const reingest = `knowledge-ingestor POST /v1/sources/${encodeURIComponent(id)}/reingest`;
const ask = `knowledge-ingestor GET /v1/sources/${encodeURIComponent(id)}`;

/** A refresh of one source, which is so. */
async function planned(fields: Partial<ScriptedSource> = {}): Promise<void> {
  knowledge.sources = new Map([[id, source({ state: 'stale', ...fields })]]);
  refresh = await storedRefresh(home);
  await planRefresh.run({ refresh_id: refresh.id }, home);
}

const turn = () => ingestSource.run({ refresh_id: refresh.id, source: 1 }, home);
const now = async () => (await sourcesNow(home, refresh))[id] as SourceRun;

/** Turns until the source is done, each wait in the time of the home; gives the waits. */
async function toEnd(): Promise<number[]> {
  const waits: number[] = [];
  for (;;) {
    const outcome = await turn();
    if (outcome.next === 'done') return waits;
    waits.push(outcome.wait_seconds);
    home.clock.advance(outcome.wait_seconds * 1000);
  }
}

describe('a source of a refresh', () => {
  it('is ingested again under a key of its own, asked about, and stored with what it came to', async () => {
    await planned({ waits: 2 });
    const startedMs = home.clock.now();
    expect(await toEnd()).toEqual([1, 2, 3]);
    expect(knowledge.starts).toEqual([`${refresh.id}:${encodeURIComponent(id)}`]);
    expect(await now()).toMatchObject({
      state: 'ingested',
      documents: 40,
      chunks: 200,
      error: null,
      startedMs,
      completedMs: startedMs + 6000,
    });
  });

  it('is ingesting while it is, and a call when it is done changes nothing', async () => {
    await planned();
    await turn();
    expect(await now()).toMatchObject({ state: 'ingesting', isAccepted: true, completedMs: null });
    await toEnd();
    const [ended, calls] = [await now(), knowledge.calls.length];
    expect(await turn()).toEqual({ next: 'done' });
    expect([await now(), knowledge.calls.length]).toEqual([ended, calls]);
  });

  it('has failed when its ingestion has, with the reason', async () => {
    await planned({ fate: 'failed' });
    await toEnd();
    expect(await now()).toMatchObject({ state: 'failed', error: 'The source could not be cloned.' });
  });

  it('is deleted when the ingestor has it no more', async () => {
    await planned({ fate: 'gone' });
    await toEnd();
    expect(await now()).toMatchObject({ state: 'deleted', error: null });
  });

  it('is deleted when it vanishes while it is ingested', async () => {
    await planned({ waits: 5 });
    await turn();
    knowledge.sources.delete(id);
    await toEnd();
    expect(await now()).toMatchObject({ state: 'deleted' });
  });

  it('that hangs has failed at its deadline, and not before', async () => {
    await planned({ fate: 'hangs' });
    const startedMs = home.clock.now();
    const waits = await toEnd();
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(600);
    const ended = await now();
    expect(ended).toMatchObject({ state: 'failed', error: 'It was not ingested within 600 seconds.' });
    expect(ended.completedMs).toBe(startedMs + 600_000);
  });
});

describe('an ingestor', () => {
  it.each([
    ['that cannot be reached', () => unreachable()],
    ['that is overloaded', () => refusal(503)],
    ['that takes no more calls', () => refusal(429)],
  ])('%s is asked again, and the source is started once', async (_, failure) => {
    await planned();
    let failures = 4;
    knowledge.fails = ({ name }) => (name.startsWith('knowledge-ingestor') && failures-- > 0 ? failure() : undefined);
    await toEnd();
    expect(await now()).toMatchObject({ state: 'ingested' });
    expect(knowledge.starts).toHaveLength(1);
  });

  it('that has taken the work on is not told again when it cannot be asked in between', async () => {
    await planned({ waits: 1 });
    await turn();
    knowledge.fails = ({ name }) => (name === ask ? refusal(503) : undefined);
    await turn();
    knowledge.fails = () => undefined;
    await toEnd();
    expect(knowledge.count(reingest)).toBe(1);
    expect(await now()).toMatchObject({ state: 'ingested' });
  });

  it('whose answer to the start was lost is asked under the same key', async () => {
    await planned();
    let isLost = true;
    knowledge.fails = ({ name, idempotencyKey }) => {
      if (name !== reingest || !isLost) return undefined;
      isLost = false;
      knowledge.starts.push(String(idempotencyKey));
      return unreachable();
    };
    await toEnd();
    expect(new Set(knowledge.starts).size).toBe(1);
    expect(await now()).toMatchObject({ state: 'ingested' });
  });

  it('that is lost until the deadline makes the source fail, which says why', async () => {
    await planned();
    knowledge.fails = ({ name }) => (name.startsWith('knowledge-ingestor') ? unreachable() : undefined);
    await toEnd();
    expect((await now()).error).toMatch(
      /^It was not ingested within 600 seconds: knowledge-ingestor: POST .*ECONNREFUSED/,
    );
  });

  it('that asks to be left alone is, for as long as it says', async () => {
    await planned();
    knowledge.fails = ({ name }) => (name === ask ? refusal(503, { 'retry-after': '90' }) : undefined);
    await turn();
    expect(await turn()).toEqual({ next: 'wait', wait_seconds: 90 });
  });

  it.each([
    ['answers nonsense to the start', reingest, () => new Response('<html>')],
    ['answers nonsense to a question', ask, () => Response.json({ id: 1 })],
    ['fails at the start', reingest, () => refusal(500)],
    ['refuses the start', reingest, () => refusal(400)],
  ])('that %s makes the source fail at once', async (_, call, failure) => {
    await planned();
    knowledge.fails = ({ name }) => (name === call ? failure() : undefined);
    await toEnd();
    expect(await now()).toMatchObject({ state: 'failed', error: expect.stringContaining('knowledge-ingestor') });
  });
});

describe('a call', () => {
  it('for a refresh that has ended starts nothing', async () => {
    await planned();
    await changeRefresh(home.backend, refresh.id, (each) => ({ ...each, status: 'failed' }));
    expect(await turn()).toEqual({ next: 'done' });
    expect(knowledge.starts).toEqual([]);
  });

  it('for a refresh without a plan, or for a source that it has not, is a failure', async () => {
    await planned();
    await expect(ingestSource.run({ refresh_id: refresh.id, source: 2 }, home)).rejects.toThrow('has no source 2');
    await changeRefresh(home.backend, refresh.id, (each) => ({ ...each, plan: null }));
    await expect(turn()).rejects.toThrow('has no plan yet');
  });

  it('made twice at the same time starts the source once', async () => {
    await planned();
    await Promise.all([turn(), turn()]);
    await toEnd();
    expect(knowledge.starts).toHaveLength(1);
    expect(await now()).toMatchObject({ state: 'ingested' });
  });
});
