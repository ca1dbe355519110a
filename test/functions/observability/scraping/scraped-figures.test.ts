import { expect, it } from 'vitest';
import { scrapedFigures } from '../../../../functions/observability/scraping/scraped-figures.ts';

it('requests count for the error rate where the service tells its errors, even none', () => {
  expect(scrapedFigures({ counts: { requests: 5, errors: 0 } })).toMatchObject({ requests: 5, judged_requests: 5 });
  expect(scrapedFigures({ counts: { requests: 5 } })).toEqual({ requests: 5 });
});

it('money is whole millionths of a dollar', () => {
  expect(scrapedFigures({ counts: { llm_cost_usd: 12 } })).toEqual({ llm_cost_microusd: 12 });
});
