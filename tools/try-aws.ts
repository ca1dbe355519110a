import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCatalogue } from '../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../platform/simulated/start-simulated-platform.ts';
import { ministack } from './emulators/ministack.ts';
import { startEmulator } from './emulators/start-emulator.ts';
import { trialEnvironment } from './trial-environment.ts';

/**
 * `npm run try:aws`: an AWS emulator and a simulated platform on this machine, until SIGINT or SIGTERM, for the README's
 * commands. What a shell needs for them stands in .data/try-aws.sh.
 */
const folder = resolve('.data');
const catalogueFile = join(folder, 'try-aws-catalogue.json');
const environmentFile = join(folder, 'try-aws.sh');

const emulator = await startEmulator(ministack);
const platform = await startSimulatedPlatform({
  catalogue: readCatalogue(new URL('../platform/catalogue.json', import.meta.url)),
  database: ':memory:',
});
mkdirSync(folder, { recursive: true });
writeFileSync(catalogueFile, JSON.stringify(platform.catalogue));
writeFileSync(environmentFile, trialEnvironment(emulator.endpoint, catalogueFile));
console.log(`${ministack.name} is at ${emulator.endpoint}, with a simulated platform beside it.`);
console.log('In another terminal, in this folder:\n\n  . .data/try-aws.sh\n');

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await Promise.all([platform.close(), emulator.stop()]);
    process.exit(0);
  });
}
