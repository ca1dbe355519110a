import * as z from 'zod';
import { labelPattern } from './label-pattern.ts';

/** What is counted of a service. Each is a whole number that only grows while the service runs. */
export const countMeasures = [
  'requests',
  'errors',
  'llm_tokens',
  'llm_cost_usd',
  'knowledge_queries',
  'cache_hits',
  'cache_misses',
] as const;
export type CountMeasure = (typeof countMeasures)[number];

/** `latency` is a histogram or summary, `started` the time at which the process started. */
export type Measure = CountMeasure | 'latency' | 'started';

const metric = z.string().regex(/^[a-zA-Z_:][\w:.-]*$/, 'must be the name of a metric');

const labels = z.record(
  z.string().regex(/^[a-zA-Z_]\w*$/, 'must be the name of a label'),
  z.preprocess(asList, z.array(labelPattern).min(1)),
);

const countSource = z.strictObject({ metric, labels: labels.optional() });

const latencySource = countSource.extend({ unit: z.enum(['s', 'ms'], 'must be "s" or "ms"').optional() });

/** Series of one metric. Values of their labels may be asked for, each from a list; without that all count. */
export type MeasureSource = z.infer<typeof latencySource>;

/** One source, several that are added up, or null: not measured, whatever the defaults say. */
const countSources = z.preprocess(asList, z.array(countSource).min(1).nullable()).optional();
const latencySources = z.preprocess(asList, z.array(latencySource).min(1).nullable()).optional();

/**
 * What a row of the catalogue may say of its service's metrics. A measure that it leaves out is known by the defaults of
 * default-measures.ts.
 */
export const measuresField = z.strictObject({
  requests: countSources,
  errors: countSources,
  latency: latencySources,
  llm_tokens: countSources,
  llm_cost_usd: countSources,
  knowledge_queries: countSources,
  cache_hits: countSources,
  cache_misses: countSources,
  started: countSources,
} satisfies Record<Measure, z.ZodType>);

export type MeasuresField = z.infer<typeof measuresField>;

function asList(value: unknown): unknown {
  return Array.isArray(value) || value === null || value === undefined ? value : [value];
}
