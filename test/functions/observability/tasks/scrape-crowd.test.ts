import { expect, it } from 'vitest';
import { openScrapeScenario } from '../scrape-scenario.ts';

/** As many scrapes as Lambda's open files have room for. */
const atOnceMax = 800;

it('of a crowd of services no more are scraped at a time than a process may have connections for, and all in the end', async () => {
  const names = Array.from({ length: atOnceMax + 20 }, (_, index) => `s${index}`);
  const scenario = await openScrapeScenario(names);
  const released = Promise.withResolvers<string>();
  const full = Promise.withResolvers<void>();
  let asked = 0;
  for (const name of names) {
    scenario.expose(name, () => {
      asked += 1;
      if (asked === atOnceMax) full.resolve();
      return released.promise;
    });
  }
  const round = scenario.scrape();
  await full.promise;
  // Whatever else was begun by now has come to the server before this has.
  const url = scenario.home.catalogue.services[0]?.url;
  await (await fetch(`${url}/marker/metrics`)).text();
  expect(asked).toBe(atOnceMax);
  released.resolve('http_requests_total{code="200"} 1\n');
  expect(await round).toEqual({ scraped: names.length });
  await scenario.close();
});
