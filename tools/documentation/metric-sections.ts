import { lockKinds } from '../../functions/core/locks.ts';
import { families, type PlatformFigures } from '../../functions/observability/platform-figures.ts';
import { neverProbed } from '../../functions/services/contract.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { code, markdownTable } from './markdown-table.ts';

/** A metric of `GET /metrics`, as documented. */
export interface DocumentedMetric {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  /** Each label with its values. */
  labels: ReadonlyMap<string, ReadonlySet<string>>;
  meaning: string;
}

/** Every metric, made of a platform in which there is something to tell of each. */
export function documentedMetrics(): DocumentedMetric[] {
  return families(exampleFigures()).map(({ name, type, help, samples }) => {
    const pairs = samples.flatMap((sample) => Object.entries(sample.labels));
    const byLabel = Map.groupBy(pairs, ([label]) => label);
    const labels = [...byLabel].map(([label, all]) => [label, new Set(all.map(([, value]) => value))] as const);
    return { name, type, labels: new Map(labels), meaning: help };
  });
}

/** The part of docs/prometheus.md that the code says already. */
export function metricSections(): Record<string, string> {
  const rows = documentedMetrics().map(({ name, type, labels, meaning }) => [
    code(name),
    type,
    [...labels].map(([label, values]) => labelText(name, label, values)).join('; '),
    meaning,
  ]);
  return { metrics: markdownTable(['Metric', 'Type', 'Labels', 'Meaning'], rows) };
}

/** Labels whose values the example does not have all of, or too many. */
const openLabels = new Set(['version', 'service', 'tier', 'method', 'route', 'le']);

function labelText(metric: string, label: string, values: ReadonlySet<string>): string {
  const isOpen = openLabels.has(label) || metric === 'omni_http_requests_total';
  return isOpen ? code(label) : `${code(label)}: ${[...values].map(code).join(', ')}`;
}

function exampleFigures(): PlatformFigures {
  const catalogue = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
  const health = { ...neverProbed, status: 'healthy' as const, lastProbeMs: 0, latencyMs: 5 };
  const none = new Map();
  return {
    catalogue,
    healths: new Map(catalogue.services.map(({ name }) => [name, health])),
    nowMs: 0,
    intervalSeconds: 15,
    pipelinesRunning: 0,
    locks: new Map(lockKinds.map((kind) => [kind, 0])),
    requests: new Map([['GET /health', {}]]),
    deliveries: none,
    pipelines: none,
    stages: none,
    executions: none,
  };
}
