import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promtool } from './promtool.ts';
import { type ScrapedHome, startScrapedHome } from './scraped-home.ts';
import { makeTraffic } from './traffic.ts';

let home: ScrapedHome;
beforeAll(async () => {
  home = await startScrapedHome();
});
afterAll(() => home.close());

const nothing = { status: 0, said: '' };

describe('promtool', () => {
  it('finds nothing to complain of in the metrics of a home in which nothing has happened yet', async () => {
    expect(await promtool(['check', 'metrics'], await home.metrics())).toEqual(nothing);
  });

  it('finds nothing to complain of once every metric has samples', async () => {
    await makeTraffic(home);
    const text = await home.metrics();
    const metrics = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => String(name));
    expect(metrics.filter((name) => !new RegExp(`^${name}(_count)?[{ ]`, 'm').test(text))).toEqual([]);
    expect(await promtool(['check', 'metrics'], text)).toEqual(nothing);
  });

  it('does complain, with another status, of a metric that is named against the conventions', async () => {
    const { status, said } = await promtool(['check', 'metrics'], '# TYPE requests counter\nrequests 1\n');
    expect([status, said]).toEqual([3, expect.stringContaining('_total')]);
  });
});
