import { describe, expect, it } from 'vitest';
import { documentedMetrics } from '../../tools/documentation/metric-sections.ts';
import { readAlerts } from './alerts.ts';
import { queriesOf, readDashboard } from './dashboard.ts';
import { isThere } from './links.ts';
import { askedBy, labelsOfResult } from './promql.ts';

const dashboard = readDashboard();
const queries = queriesOf(dashboard);
const alerts = readAlerts();

/** What Prometheus adds to the metrics of whatever it scrapes. */
const added = ['job', 'instance'];

/** Every series that Prometheus has of the orchestrator, with its labels. */
const series = new Map<string, string[]>([['up', added]]);
for (const { name, type, labels } of documentedMetrics()) {
  const own = [...labels.keys(), ...added];
  const withoutBounds = own.filter((label) => label !== 'le');
  if (type !== 'histogram') series.set(name, own);
  else series.set(`${name}_bucket`, own).set(`${name}_sum`, withoutBounds).set(`${name}_count`, withoutBounds);
}

/** What a query asks for and nothing shows. */
function unknownIn(query: string): string[] {
  return askedBy(query).flatMap(({ metric, labels }) => {
    const known = series.get(metric);
    return known ? labels.filter((label) => !known.includes(label)).map((label) => `${metric}{${label}}`) : [metric];
  });
}

describe('the dashboard', () => {
  it.each(queries)('asks in "$title" for metrics and labels that there are: $expr', ({ expr }) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  it.each(queries)('names curves in "$title" by labels that its query leaves: $legendFormat', (query) => {
    const named = [...query.legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => String(label));
    expect(labelsOfResult(query.expr)).toEqual(expect.arrayContaining(named));
  });

  it('shows only the job that is chosen', () => {
    const all = queries.filter(({ expr }) => !askedBy(expr).every(({ labels }) => labels.includes('job')));
    expect(all).toEqual([]);
    const [, job] = dashboard.templating.list;
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(job.definition) ?? [];
    expect(series.get(metric)).toContain(label);
  });

  it('shows every metric but those of which it shows another view', () => {
    const asked = new Set(queries.flatMap(({ expr }) => askedBy(expr).map(({ metric }) => metric)));
    const shown = documentedMetrics().filter(({ name }) => asked.has(name) || asked.has(`${name}_bucket`));
    expect(shown).toHaveLength(documentedMetrics().length);
  });

  it('has panels that do not lie on each other, each with an id of its own', () => {
    const places = dashboard.panels.map(({ id, gridPos }) => ({ id, ...gridPos, right: gridPos.x + gridPos.w }));
    expect(new Set(places.map(({ id }) => id)).size).toBe(places.length);
    expect(places.filter(({ right }) => right > 24)).toEqual([]);
    const cells = places.flatMap(({ x, y, w, h }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('the alerts', () => {
  it.each(alerts)('$alert asks for metrics and labels that there are', ({ expr }) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  it.each(alerts)('$alert names a paragraph that says what to do', ({ annotations }) => {
    expect(annotations.runbook).toMatch(/^docs\/\w+\.md#./);
    expect(isThere('README.md', annotations.runbook)).toBe(true);
  });

  it.each(alerts)('$alert tells only labels that its query leaves', ({ expr, annotations }) => {
    const told = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label]) => String(label));
    const isGrouped = labelsOfResult(expr).length > 0;
    const left = isGrouped ? labelsOfResult(expr) : (series.get(String(askedBy(expr)[0]?.metric)) ?? []);
    expect(left).toEqual(expect.arrayContaining(told));
  });
});

describe('the check of queries', () => {
  it('finds a metric, a selected label and a grouped label that there are not', () => {
    expect(unknownIn('sum by (colour) (rate(omni_pipelines_total{size="1"}[5m])) + omni_nothing')).toEqual([
      'omni_pipelines_total{size}',
      'omni_pipelines_total{colour}',
      'omni_nothing',
    ]);
  });

  it('refuses what is no PromQL', () => {
    expect(() => askedBy('sum by (omni_pipelines_total')).toThrow(SyntaxError);
  });
});
