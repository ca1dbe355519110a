import { bundles } from './bundles/bundles.ts';
import { http } from './http/http.ts';
import type { Benchmark } from './measure.ts';
import { overhead } from './pipelines/overhead.ts';
import { polling } from './polling/polling.ts';
import { printMeasures } from './print-measures.ts';
import { units } from './units/units.ts';
import { webhooks } from './webhooks/webhooks.ts';
import { workflows } from './workflows/workflows.ts';

/**
 * `npm run bench [-- name…]`: runs the benchmarks, or those named, and prints one table. A goal that is missed is shown
 * and does not fail the run, because timings vary on a shared machine; a benchmark that cannot run does.
 */
const benchmarks: Benchmark[] = [http, overhead, polling, webhooks, workflows, units, bundles];

const named = process.argv.slice(2);
const chosen = benchmarks.filter(({ name }) => named.length === 0 || named.includes(name));
const measures = [];
for (const { name, run } of chosen) {
  console.error(`Measuring: ${name}`);
  measures.push(...(await run()));
}
printMeasures(measures);
