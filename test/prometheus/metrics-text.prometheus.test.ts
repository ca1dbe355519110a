import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedMetrics } from '../../tools/documentation/metric-sections.ts';
import { promtool } from './promtool.ts';
import { type ScrapedHome, startScrapedHome } from './scraped-home.ts';
import { makeTraffic } from './traffic.ts';

let home: ScrapedHome;
beforeAll(async () => {
  home = await startScrapedHome();
});
afterAll(() => home.close());

/** Each metric with the names of its labels, sorted: those that samples really have. */
function labelsShown(text: string): Record<string, string[]> {
  const metrics = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => {
    const ending = type === 'histogram' ? '_bucket' : '';
    const samples = [...text.matchAll(new RegExp(`^${name}${ending}(?:\\{(.*)\\})? `, 'gm'))];
    const labels = samples.flatMap(([, inner = '']) => [...inner.matchAll(/(\w+)="/g)].map(([, label]) => label));
    return [name, samples.length === 0 ? ['no sample'] : [...new Set(labels)].sort()];
  });
  return Object.fromEntries(metrics);
}

function labelsDocumented(): Record<string, string[]> {
  return Object.fromEntries(documentedMetrics().map(({ name, labels }) => [name, [...labels.keys()].sort()]));
}

const nothing = { status: 0, said: '' };

describe('promtool', () => {
  it('finds nothing to complain of in the metrics of a home in which nothing has happened yet', async () => {
    expect(await promtool(['check', 'metrics'], await home.metrics())).toEqual(nothing);
  });

  it('finds nothing to complain of once every metric has samples, with the labels that are documented', async () => {
    await makeTraffic(home);
    const text = await home.metrics();
    expect(labelsShown(text)).toEqual(labelsDocumented());
    expect(await promtool(['check', 'metrics'], text)).toEqual(nothing);
  });

  it('does complain, with another status, of a metric that is named against the conventions', async () => {
    const { status, said } = await promtool(['check', 'metrics'], '# TYPE requests counter\nrequests 1\n');
    expect([status, said]).toEqual([3, expect.stringContaining('_total')]);
  });
});
