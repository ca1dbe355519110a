import { expect, it } from 'vitest';
import { neverScraped, withReading } from '../../../../functions/observability/scraping/scrape-state.ts';

const reading = (total: number) => ({ waysId: 'ways', counts: { requests: { wayId: 'way', total } } });
const first = withReading(neverScraped, { atMs: 10_000, reading: reading(1) });

it.each([
  ['in the middle between two scrapes', 20_000, 15_000],
  ['never later than it was found, as when the clock was set back', 4_000, 4_000],
])('what a service did is filed %s', (_, atMs, filedMs) => {
  expect(withReading(first, { atMs, reading: reading(3) }).pending).toMatchObject({
    atMs: filedMs,
    delta: { counts: { requests: 2 } },
  });
});
