import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedStatus } from '../../../functions/knowledge/status-cache.ts';
import type { KnowledgeStatusView } from '../../../functions/knowledge/status-schema.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const statusOf = (entries: number): KnowledgeStatusView => ({
  qdrant: { status: 'healthy', collections: 4, total_points: 10 },
  neo4j: { status: 'unhealthy', patterns: null, relationships: null },
  wiki: { status: 'healthy', pages: 1, last_sync: null },
  semantic_cache: { status: 'healthy', entries, hit_rate: 0.73 },
  freshness: { sources_monitored: 1, stale_sources: 0, last_check: null },
});

/** Asks as many callers at the same time do; each question gives the next number once `answer` lets it. */
function callers(count: number) {
  let questions = 0;
  const answer = Promise.withResolvers<void>();
  const statuses = Promise.all(
    Array.from({ length: count }, () =>
      cachedStatus(home.backend, async () => {
        questions += 1;
        const number = questions;
        await answer.promise;
        return statusOf(number);
      }),
    ),
  );
  return { statuses, answer: answer.resolve, questions: () => questions };
}

const one = async (entries: number) => (await cachedStatus(home.backend, async () => statusOf(entries))).status;

describe('an answer', () => {
  it('is the same for 15 seconds, as it was given', async () => {
    expect(await one(1)).toEqual(statusOf(1));
    home.clock.advance(14_999);
    expect(await one(2)).toEqual(statusOf(1));
    home.clock.advance(1);
    expect(await one(3)).toEqual(statusOf(3));
  });

  it('is renewed by one of many callers, and the others get the one before it meanwhile', async () => {
    await one(100);
    home.clock.advance(20_000);
    const many = callers(8);
    await expect.poll(many.questions, { interval: 5 }).toBe(1);
    home.clock.advance(3_000);
    expect(await one(200)).toEqual(statusOf(100));
    many.answer();
    const entries = (await many.statuses).map(({ status }) => status.semantic_cache.entries);
    expect(entries.toSorted()).toEqual([1, ...Array(7).fill(100)]);
    expect(many.questions()).toBe(1);
    expect(await one(300)).toEqual(statusOf(1));
  });

  it('whose renewal died is renewed by another after ten seconds', async () => {
    await one(1);
    home.clock.advance(20_000);
    await expect(cachedStatus(home.backend, () => Promise.reject(new Error('died')))).rejects.toThrow('died');
    home.clock.advance(9_999);
    expect(await one(2)).toEqual(statusOf(1));
    home.clock.advance(1);
    expect(await one(3)).toEqual(statusOf(3));
  });

  it('that is older than a minute is given to nobody', async () => {
    await one(1);
    home.clock.advance(60_000);
    const many = callers(3);
    await expect.poll(many.questions, { interval: 5 }).toBe(3);
    many.answer();
    const entries = (await many.statuses).map(({ status }) => status.semantic_cache.entries);
    expect(entries.toSorted()).toEqual([1, 2, 3]);
  });
});
