import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { readCatalogue } from '../read-catalogue.ts';
import { startSimulatedPlatform } from './start-simulated-platform.ts';

/**
 * Runs the simulated platform in a process of its own until SIGINT or SIGTERM. Once everything listens, it prints one
 * line of JSON: `control_url`, and `catalogue`, the path of the catalogue file that was asked for.
 */
const { values } = parseArgs({
  options: {
    catalogue: { type: 'string' },
    'catalogue-out': { type: 'string' },
    database: { type: 'string', default: ':memory:' },
    'delay-scale': { type: 'string', default: '1' },
    'port-base': { type: 'string' },
  },
});

const delayScale = z.coerce.number('--delay-scale must be a number').min(0).parse(values['delay-scale']);
const portBase = z.coerce
  .number('--port-base must be a port')
  .int()
  .min(1)
  .max(65_000)
  .optional()
  .parse(values['port-base']);
const platform = await startSimulatedPlatform({
  catalogue: readCatalogue(values.catalogue ?? new URL('../catalogue.json', import.meta.url)),
  database: values.database,
  delayScale,
  ...(portBase === undefined ? {} : { portBase }),
});

const out = values['catalogue-out'];
if (out) writeFileSync(out, `${JSON.stringify(platform.catalogue, null, 2)}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void platform.close().then(() => process.exit(0)));
}
process.stdout.write(
  `${JSON.stringify({ control_url: platform.controlUrl, engine_url: platform.engineUrl, catalogue: out ?? null })}\n`,
);
