import { describe, expect, it } from 'vitest';
import { sumOf } from '../../../functions/core/figures.ts';
import { durationFigures } from '../../../functions/core/latency-histogram.ts';
import { counter, histogramSamples, prometheusText } from '../../../functions/observability/prometheus-text.ts';

describe('the text', () => {
  it('ends no label early, whatever stands in it', async () => {
    const text = await prometheusText([counter('a_total', 'A.', [{ labels: { name: 'x"} 1\n\\' }, value: 2 }])]);
    expect(text).toBe('# HELP a_total A.\n# TYPE a_total counter\na_total{name="x\\"} 1\\n\\\\"} 2\n');
  });

  it('tells help and type of a metric that has no sample yet', async () => {
    const text = await prometheusText([{ name: 'a', help: 'A.', type: 'gauge', samples: [] }]);
    expect(text).toMatch(/^# HELP a A\.\n# TYPE a gauge\n\s*$/);
  });
});

describe('a histogram', () => {
  const figures = sumOf([3, 10, 11, 99_000].map(durationFigures));
  const samples = histogramSamples('a', { route: '/' }, figures, [5, 10, 1000]);
  const values = (end: string) =>
    samples.filter(({ metricName }) => metricName === `a_${end}`).map(({ labels, value }) => [labels['le'], value]);

  it('counts in each bucket what is not above its bound, told in seconds, the last bucket all', () => {
    expect(values('bucket')).toEqual([
      ['0.005', 1],
      ['0.01', 2],
      ['1', 3],
      ['+Inf', 4],
    ]);
  });

  it('tells the exact sum in seconds, and the count', () => {
    expect([values('sum'), values('count')]).toEqual([[[undefined, 99.024]], [[undefined, 4]]]);
  });

  it('refuses a bound that falls into the middle of a stored bucket', () => {
    expect(() => histogramSamples('a', {}, figures, [7])).toThrow(RangeError);
  });

  it('is all zeros where nothing was measured', () => {
    expect(new Set(histogramSamples('a', {}, {}, [5]).map(({ value }) => value))).toEqual(new Set([0]));
  });
});
