import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAlerts } from '../docs/alerts.ts';
import { queriesOf, readDashboard } from '../docs/dashboard.ts';
import { type Scraping, startScraping } from './scraping.ts';
import { listRequests, makeTraffic } from './traffic.ts';

let scraping: Scraping;
beforeAll(async () => {
  scraping = await startScraping([resolve('docs/grafana/alerts.yml')]);
  await makeTraffic(scraping.home);
});
afterAll(() => scraping.close());

/** The value of a query that gives one sample; undefined while it gives none. */
async function valueNow(promql: string): Promise<number | undefined> {
  const samples = await scraping.prometheus.query(promql);
  expect(samples.length, promql).toBeLessThan(2);
  return samples[0]?.value;
}

describe('Prometheus', () => {
  it('scrapes the home with the token of its data folder', async () => {
    await expect.poll(() => valueNow('up{job="omni-orchestrator"}')).toBe(1);
  });

  it('is refused with a wrong token', async () => {
    await expect.poll(() => valueNow('up{job="intruder"}')).toBe(0);
    expect(await scraping.prometheus.query('{job="intruder",__name__=~"omni_.+"}')).toEqual([]);
  });

  it('counts every request', async () => {
    await expect
      .poll(() => valueNow('omni_http_requests_total{route="/api/v1/services",status="200"}'))
      .toBe(listRequests);
  });

  it('sees the first of what is counted from 0 on, such as deliveries that are given up', async () => {
    const dead = 'omni_webhook_deliveries_total{outcome="dead_lettered"}';
    await expect.poll(() => valueNow(dead)).toBe(1);
    expect(await valueNow(`min_over_time(${dead}[10m])`)).toBe(0);
    expect(await valueNow(`increase(${dead}[10m])`)).toBeGreaterThanOrEqual(1);
  });

  it('tells quantiles from the histograms', async () => {
    const quantile = 'histogram_quantile(0.99, sum by (le) (rate(omni_http_request_duration_seconds_bucket[10m])))';
    await expect.poll(() => valueNow(quantile)).toBeGreaterThan(0);
    const ofStage = 'histogram_quantile(0.5, omni_pipeline_stage_duration_seconds_bucket{stage="ingest"})';
    await expect.poll(() => valueNow(ofStage)).toBeGreaterThan(0);
  });

  it('sees all 37 services healthy, and each of them up', async () => {
    await expect.poll(() => valueNow('omni_services{status="healthy"}')).toBe(37);
    await expect.poll(() => valueNow('sum(omni_service_up)')).toBe(37);
  });
});

describe('the dashboard', () => {
  it.each(queriesOf(readDashboard()))('gets samples for "$title": $expr', async ({ expr }) => {
    const query = expr.replaceAll('$job', 'omni-orchestrator').replaceAll('$__rate_interval', '1m');
    await expect.poll(async () => (await scraping.prometheus.query(query)).length).toBeGreaterThan(0);
  });
});

describe('the alerts', () => {
  it('are evaluated, and ring for a delivery that is given up and for nothing that went well', async () => {
    const stateOf = async (name: string) =>
      (await scraping.prometheus.rules()).find((rule) => rule.name === name)?.state;
    await expect.poll(() => stateOf('OmniDeliveriesGivenUp')).toBe('firing');
    const rules = await scraping.prometheus.rules();
    expect(rules.map(({ name }) => name)).toEqual(readAlerts().map(({ alert }) => alert));
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.filter(({ state }) => state !== 'inactive').map(({ name }) => name)).toEqual([
      'OmniDeliveriesGivenUp',
    ]);
  });
});
