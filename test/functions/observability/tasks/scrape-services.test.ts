import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPieces } from '../../../../functions/observability/load-figures.ts';
import { openScrapeScenario, type ScrapeScenario } from '../scrape-scenario.ts';

let scenario: ScrapeScenario;
beforeEach(async () => {
  scenario = await openScrapeScenario(['a', 'b', 'c'], {
    environment: { UPSTREAM_TOKEN_A: 'secret-of-a' },
    rows: { c: { measures: { requests: [{ metric: 'app_requests', labels: { code: ['2xx'] } }] } } },
  });
});
afterEach(() => scenario.close());

const requests = (count: number, startedSeconds = 1_700_000_000) =>
  `http_requests_total{code="200"} ${count}\nprocess_start_time_seconds ${startedSeconds}\n`;
const logged = (level: string) =>
  scenario.home.logLines.map((line) => JSON.parse(line)).filter((line) => line.level === level);

describe('a round', () => {
  it('counts nothing of what a service did before it was first scraped, and then what it did since', async () => {
    scenario.expose('a', requests(1000));
    await scenario.scrape();
    expect(await scenario.figures('a')).toEqual({});
    scenario.expose('a', requests(1007));
    await scenario.scrape();
    expect(await scenario.figures('a')).toEqual({ requests: 7, errors: 0 });
    await scenario.scrape();
    expect(await scenario.figures('a')).toEqual({ requests: 7, errors: 0 });
  });

  it('knows that a service which did nothing did nothing', async () => {
    scenario.expose('a', requests(5));
    await scenario.scrape();
    await scenario.scrape();
    expect(await scenario.figures('a')).toEqual({ requests: 0, errors: 0 });
  });

  it('loses nothing of a service that restarts', async () => {
    scenario.expose('a', requests(5));
    await scenario.scrape();
    scenario.expose('a', requests(9, scenario.home.clock.now() / 1000 + 30));
    await scenario.scrape();
    expect(await scenario.figures('a')).toEqual({ requests: 9, errors: 0 });
  });

  it('counts what a service did between two scrapes at the middle of them', async () => {
    scenario.expose('a', requests(5));
    await scenario.scrape();
    const firstMs = scenario.home.clock.now();
    scenario.expose('a', requests(6));
    await scenario.scrape();
    const period = { kind: 'services', subject: 'a', fromMs: firstMs - 60_000 } as const;
    const pieces = await loadPieces(scenario.home.backend, period);
    expect(pieces.map(({ startMs }) => startMs)).toEqual([Math.floor((firstMs + 30_000) / 60_000) * 60_000]);
  });

  it('sends the credential of the service, to it alone, and asks each once', async () => {
    await scenario.scrape();
    expect(Object.fromEntries(scenario.asked)).toEqual({
      a: { times: 1, authorization: 'Bearer secret-of-a' },
      b: { times: 1, authorization: undefined },
      c: { times: 1, authorization: undefined },
    });
  });

  it('takes the measures that the row names', async () => {
    scenario.expose('c', 'app_requests{code="200"} 1\napp_requests{code="404"} 5\n');
    await scenario.scrape();
    scenario.expose('c', 'app_requests{code="200"} 3\napp_requests{code="404"} 50\n');
    await scenario.scrape();
    expect(await scenario.figures('c')).toEqual({ requests: 2, errors: 0 });
  });

  it('waits for none before it records the others', async () => {
    for (const name of ['a', 'b']) scenario.expose(name, requests(1));
    await scenario.scrape();
    const late = Promise.withResolvers<string>();
    scenario.expose('a', late.promise);
    scenario.expose('b', requests(3));
    const round = scenario.scrape();
    await expect.poll(() => scenario.figures('b')).toEqual({ requests: 2, errors: 0 });
    late.resolve(requests(4));
    await round;
    expect(await scenario.figures('a')).toEqual({ requests: 3, errors: 0 });
  });
});

describe('a service that cannot be scraped', () => {
  it('is told once, with since when and why, and once when it can be again', async () => {
    scenario.expose('a', 500);
    await scenario.scrape();
    const sinceMs = scenario.home.clock.now();
    await scenario.scrape();
    const failure = { kind: 'UpstreamFailing 500', message: 'a: GET /a/metrics answered 500', sinceMs };
    expect((await scenario.state('a'))?.failure).toEqual(failure);
    expect(logged('warn')).toEqual([
      { level: 'warn', message: 'the metrics of a service cannot be read', service_name: 'a', reason: failure.message },
    ]);
    scenario.expose('a', requests(1));
    await scenario.scrape();
    expect((await scenario.state('a'))?.failure).toBeNull();
    expect(logged('info')).toEqual([
      {
        level: 'info',
        message: 'the metrics of a service can be read again',
        service_name: 'a',
        after_seconds: 120,
      },
    ]);
  });

  it('is told again when it fails in another way, since when it failed at all', async () => {
    scenario.expose('a', 500);
    await scenario.scrape();
    const sinceMs = scenario.home.clock.now();
    scenario.expose('a', '<html>password</html>');
    await scenario.scrape();
    const message = 'a: line 1 of the metrics begins with no name of a metric';
    expect((await scenario.state('a'))?.failure).toEqual({ kind: 'BadExposition', message, sinceMs });
    expect(logged('warn').map(({ reason }) => reason)).toEqual(['a: GET /a/metrics answered 500', message]);
  });

  it.each([401, 404, 302, 503])('by %s keeps what it is compared with, and loses nothing', async (status) => {
    scenario.expose('a', requests(5));
    await scenario.scrape();
    scenario.expose('a', status);
    await scenario.scrape();
    scenario.expose('a', requests(9));
    await scenario.scrape();
    expect(await scenario.figures('a')).toEqual({ requests: 4, errors: 0 });
  });

  it('keeps no other from being recorded, and fails no round', async () => {
    for (const name of ['a', 'b']) scenario.expose(name, requests(5));
    await scenario.scrape();
    scenario.expose('a', 'nonsense');
    scenario.expose('b', requests(6));
    expect(await scenario.scrape()).toEqual({ scraped: 2 });
    expect(await scenario.figures('b')).toEqual({ requests: 1, errors: 0 });
  });
});
