import { describe, expect, it } from 'vitest';
import { type KnownSource, planRefresh, sourcesShownMax } from '../../../functions/knowledge/refresh-plan.ts';
import { sourcesMax } from '../../../functions/knowledge/source-run.ts';
import { plain } from './knowledge-home.ts';

const known = (id: string, fields: Partial<KnownSource> = {}): KnownSource => ({
  id,
  sourceUrl: `http://x/${id}`,
  collection: 'doc_embeddings',
  state: 'fresh',
  ingestedAt: null,
  ...fields,
});
const many = (count: number, state: KnownSource['state']) =>
  Array.from({ length: count }, (_, index) => known(`${state}-${index}`, { state }));
const utc = (timeMs: number) => new Date(timeMs).toISOString();
const idsToIngest = ({ sources }: ReturnType<typeof planRefresh>) =>
  sources.flatMap(({ id, state }) => (state === 'pending' ? [id] : []));
const statesOf = (plan: ReturnType<typeof planRefresh>) =>
  plan.sources.map(({ id, state, reason }) => `${id} ${state} ${reason}`);

describe('a plan over all sources', () => {
  it('ingests those that are stale or in error, and leaves the others, each with its reason', () => {
    const states = ['fresh', 'stale', 'checking', 'reingesting', 'error'] as const;
    const plan = planRefresh(
      states.map((state) => known(state, { state })),
      plain,
    );
    expect(statesOf(plan)).toEqual([
      'stale pending stale',
      'error pending error',
      'fresh unchanged fresh',
      'checking unchanged checking',
      'reingesting unchanged reingesting',
    ]);
    expect(plan).toMatchObject({ ingestCount: 2, checked: 5, unchanged: 3, leftOut: 0 });
  });

  it('ingests all when forced, also those of which only the ingestor knows', () => {
    const plan = planRefresh([known('a'), known('b', { state: null })], { ...plain, force_reingest: true });
    expect(statesOf(plan)).toEqual(['a pending forced', 'b pending forced']);
  });

  it('is narrowed down by collections', () => {
    const sources = [
      known('a', { state: 'stale' }),
      known('b', { collection: 'other' }),
      known('c', { collection: null }),
    ];
    const plan = planRefresh(sources, { ...plain, collections: ['doc_embeddings'] });
    expect(statesOf(plan)).toEqual(['a pending stale']);
    expect(plan.checked).toBe(1);
  });

  it('leaves out what is too much for one refresh, and says so', () => {
    const plan = planRefresh([...many(3, 'fresh'), ...many(sourcesMax + 5, 'stale')], plain);
    expect(plan).toMatchObject({ ingestCount: sourcesMax, leftOut: 5, unchanged: 3, checked: sourcesMax + 8 });
    expect(plan.sources.slice(0, sourcesMax).every(({ state }) => state === 'pending')).toBe(true);
    expect(plan.sources.slice(sourcesMax, sourcesMax + 5).every(({ state }) => state === 'left_out')).toBe(true);
  });

  it('takes next what it left out before, also when all are forced', () => {
    const times = Array.from({ length: sourcesMax + 5 }, (_, index) => index);
    const before = times.map((hour) => known(`source-${hour}`, { ingestedAt: utc(Date.UTC(2025, 0, 1, hour)) }));
    const forced = { ...plain, force_reingest: true };
    const isTaken = new Set(idsToIngest(planRefresh(before, forced)));
    expect(isTaken.size).toBe(sourcesMax);
    const after = before.map((source) =>
      isTaken.has(source.id) ? { ...source, ingestedAt: utc(Date.UTC(2026)) } : source,
    );
    const left = before.filter(({ id }) => !isTaken.has(id)).map(({ id }) => id);
    expect(idsToIngest(planRefresh(after, forced)).slice(0, 5)).toEqual(left);
  });

  it('takes what never was ingested before all others', () => {
    const plan = planRefresh(
      [known('a', { state: 'stale', ingestedAt: utc(0) }), known('b', { state: 'stale' })],
      plain,
    );
    expect(idsToIngest(plan)).toEqual(['b', 'a']);
  });

  it.each(['error', 'reingesting'] as const)('takes those that stay in %s after the others', (state) => {
    const plan = planRefresh([...many(sourcesMax, state), known('a', { ingestedAt: utc(0) })], {
      ...plain,
      force_reingest: true,
    });
    expect(idsToIngest(plan)).toContain('a');
  });

  it('counts all, and shows no more than can be read at once', () => {
    const plan = planRefresh([...many(500, 'fresh'), ...many(2, 'stale')], plain);
    expect(plan).toMatchObject({ checked: 502, unchanged: 500, ingestCount: 2 });
    expect(plan.sources).toHaveLength(sourcesShownMax);
    expect(statesOf(plan)[0]).toBe('stale-0 pending stale');
  });
});

describe('a plan over sources that are named', () => {
  const sources = [
    known('a', { state: 'stale' }),
    known('b', { state: 'stale' }),
    known('c', { sourceUrl: 'http://x/a' }),
  ];

  it('takes them by id and by URL, each once, and every one that has the URL', () => {
    const plan = planRefresh(sources, { ...plain, sources: ['a', 'http://x/a'], force_reingest: true });
    expect(statesOf(plan)).toEqual(['a pending forced', 'c pending forced']);
    expect(plan.checked).toBe(2);
  });

  it('takes them whatever their collection', () => {
    const plan = planRefresh(sources, { ...plain, sources: ['b'], collections: ['code_embeddings'] });
    expect(statesOf(plan)).toEqual(['b pending stale']);
  });

  it('has one that vanished as deleted, once, however often it is named', () => {
    const plan = planRefresh(sources, { ...plain, sources: ['gone', 'gone', 'b'] });
    expect(statesOf(plan)).toEqual(['b pending stale', 'gone deleted not_found']);
    expect(plan).toMatchObject({ checked: 2, ingestCount: 1 });
  });
});
