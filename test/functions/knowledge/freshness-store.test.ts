import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadFreshness, markPublished, storeFreshness } from '../../../functions/knowledge/freshness-store.ts';
import type { SourceFreshness } from '../../../functions/knowledge/source-freshness.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const becameStale = (changedMs: number): SourceFreshness => ({
  isStale: true,
  changedMs,
  pending: { source_id: 'a', source_url: null, collection: null, last_ingested_at: null },
  keptUntilMs: home.clock.now() + 1_000_000,
});

it('a change that is marked as published late leaves the one after it to be published', async () => {
  const [first, second] = [becameStale(1000), becameStale(2000)];
  expect(await storeFreshness(home.backend, 'a', first, undefined)).toBe(true);
  expect(await storeFreshness(home.backend, 'a', second, first)).toBe(true);
  await markPublished(home.backend, 'a', first);
  expect((await loadFreshness(home.backend)).get('a')).toEqual(second);
  await markPublished(home.backend, 'a', second);
  expect((await loadFreshness(home.backend)).get('a')).toEqual({ ...second, pending: null });
});
