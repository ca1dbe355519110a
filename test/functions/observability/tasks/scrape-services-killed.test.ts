import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../../../backend/backend.ts';
import { countedTable } from '../../../../bench/units/counted-table.ts';
import { noUsage } from '../../../../bench/units/usage.ts';
import { scrapeServices } from '../../../../functions/observability/tasks/scrape-services.ts';
import { bundledCatalogue } from '../../open-home.ts';
import { dyingBackend } from '../../pipelines/dying-backend.ts';
import { openScrapeScenario, type ScrapeScenario } from '../scrape-scenario.ts';

let scenario: ScrapeScenario;
beforeEach(async () => {
  scenario = await openScrapeScenario(['a', 'b']);
});
afterEach(() => scenario.close());

const requests = (count: number) => `http_requests_total{code="200"} ${count}\n`;

/** Two services that have been scraped twice. */
async function underWay() {
  for (const count of [10, 13]) {
    for (const name of ['a', 'b']) scenario.expose(name, requests(count));
    await scenario.scrape();
  }
}

describe('a collector that is killed', () => {
  const moments = [0, 1, 2, 3, 4].flatMap((writes) => [
    { writes, isAnswerLost: false },
    { writes, isAnswerLost: true },
  ]);

  it.each(moments)(
    'after $writes writes (answer lost: $isAnswerLost) loses nothing and counts nothing twice',
    async (moment) => {
      await underWay();
      for (const name of ['a', 'b']) scenario.expose(name, requests(20));
      const dying = dyingBackend(scenario.home.backend, moment.writes, moment.isAnswerLost);
      await expect(scenario.scrape(dying)).rejects.toThrow();
      expect(dying.isDead()).toBe(true);
      for (const name of ['a', 'b']) scenario.expose(name, requests(24));
      await scenario.scrape();
      await scenario.scrape();
      for (const name of ['a', 'b']) expect(await scenario.figures(name)).toEqual({ requests: 14, errors: 0 });
    },
  );
});

it('two collectors at once count once, though each finds other counts', async () => {
  await underWay();
  const { home } = scenario;
  let count = 20;
  scenario.expose('a', () => requests(count++));
  await Promise.all([scenario.scrape(), scrapeServices.run({}, home), scrapeServices.run({}, home)]);
  scenario.expose('a', requests(24));
  await scenario.scrape();
  await scenario.scrape();
  expect(await scenario.figures('a')).toEqual({ requests: 14, errors: 0 });
});

it('figures that cannot be recorded keep the next scrape waiting, and nothing is lost', async () => {
  await underWay();
  const throttled = withPut(scenario.home.backend, (sk) => {
    if (sk.startsWith('scrape-a-')) throw new Error('throttled');
  });
  for (const count of [20, 30]) {
    for (const name of ['a', 'b']) scenario.expose(name, requests(count));
    await expect(scenario.scrape(throttled)).rejects.toThrow('1 services could not be scraped or recorded');
  }
  expect(await scenario.figures('b')).toEqual({ requests: 20, errors: 0 });
  expect(await scenario.figures('a')).toEqual({ requests: 3, errors: 0 });
  await scenario.scrape();
  expect(await scenario.figures('a')).toEqual({ requests: 20, errors: 0 });
});

it('figures that are recorded are not recorded again', async () => {
  await underWay();
  const batches: string[] = [];
  await scenario.scrape(withPut(scenario.home.backend, (sk) => void (/^scrape-/.test(sk) && batches.push(sk))));
  expect(batches.toSorted()).toEqual(['scrape-a-3.0', 'scrape-b-3.0']);
});

it('a round of 37 services costs one read of all and two of each, three write units of each and two of all', async () => {
  const names = bundledCatalogue().services.map(({ name }) => name);
  const many = await openScrapeScenario(names);
  try {
    const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, '+Inf'];
    const exposition = (count: number) =>
      [
        `http_requests_total{code="200"} ${count}`,
        `process_start_time_seconds 1700000000`,
        ...bounds.map((le, index) => `http_request_duration_seconds_bucket{le="${le}"} ${count * (index + 1)}`),
        `http_request_duration_seconds_sum ${count}`,
        `http_request_duration_seconds_count ${count * bounds.length}`,
      ].join('\n');
    for (const count of [1_000_000, 1_000_100, 1_000_300]) {
      for (const name of names) many.expose(name, exposition(count));
      if (count < 1_000_300) await many.scrape();
    }
    const usage = noUsage();
    const { backend } = many.home;
    await many.scrape({ ...backend, table: (name) => countedTable(backend.table(name), {}, usage) });
    expect(usage.writeUnits).toBeLessThanOrEqual(names.length * 3 + 2);
    expect(usage.readUnits).toBeLessThanOrEqual(names.length * 2 + 20);
  } finally {
    await many.close();
  }
});

function withPut(backend: Backend, before: (sk: string) => void): Backend {
  return {
    ...backend,
    table: (name) => {
      const table = backend.table(name);
      return {
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        update: (...args) => table.update(...args),
        delete: (...args) => table.delete(...args),
        put: async (item, ...rest) => {
          before(item.sk);
          return table.put(item, ...rest);
        },
      };
    },
  };
}
