import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onceOrphaned } from '../bin/embedded/once-orphaned.ts';
import { readCatalogue } from '../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../platform/simulated/start-simulated-platform.ts';
import { ministack } from './emulators/ministack.ts';
import { type RunningEmulator, startEmulator } from './emulators/start-emulator.ts';
import { trialEnvironment } from './trial-environment.ts';

/**
 * `npm run try:aws`: an AWS emulator and a simulated platform on this machine, until SIGINT or SIGTERM, for the README's
 * commands. What a shell needs for them stands in .data/try-aws.sh.
 */
const folder = resolve('.data');
const catalogueFile = join(folder, 'try-aws-catalogue.json');
const environmentFile = join(folder, 'try-aws.sh');

try {
  await refuseSecond();
  await run();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

/** Another one would overwrite the file by which shells find the first. One that was killed may have left its emulator. */
async function refuseSecond() {
  const written = existsSync(environmentFile) ? readFileSync(environmentFile, 'utf8') : '';
  const [, pid, endpoint] = /^# emulator (\d+) (\S+)$/m.exec(written) ?? [];
  if (endpoint === undefined) return;
  const answer = await fetch(`${endpoint}${ministack.readyPath}`).catch(() => undefined);
  if (!answer?.ok) return;
  throw new Error(`npm run try:aws runs already, or left its emulator at ${endpoint}. \`kill ${pid}\` ends either.`);
}

async function run() {
  const emulator = await startEmulator(ministack);
  const platform = await startSimulatedPlatform({
    catalogue: readCatalogue(new URL('../platform/catalogue.json', import.meta.url)),
    database: ':memory:',
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(catalogueFile, JSON.stringify(platform.catalogue));
  const origin = `# emulator ${emulator.pid} ${emulator.endpoint}\n`;
  writeFileSync(environmentFile, origin + trialEnvironment(emulator.endpoint, catalogueFile));
  endWith(emulator, platform);
  console.log(`${ministack.name} is at ${emulator.endpoint}, with a simulated platform beside it.`);
  console.log('In another terminal, in this folder:\n\n  . .data/try-aws.sh\n');
}

/** Ends all of it at a signal, with npm, and when the emulator has ended by itself, which is a failure. */
function endWith(emulator: RunningEmulator, platform: { close(): Promise<void> }) {
  let isEnding = false;
  const end = async (status: number) => {
    if (isEnding) return;
    isEnding = true;
    await Promise.all([platform.close(), emulator.stop()]);
    for (const file of [catalogueFile, environmentFile]) rmSync(file, { force: true });
    process.exit(status);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(0));
  if (process.env['npm_lifecycle_event'] === 'try:aws') onceOrphaned(() => end(0));
  void emulator.ended.then(async (printed) => {
    /** ^C reaches the emulator too, perhaps sooner than this process. */
    await pause(200);
    if (!isEnding)
      console.error(`${ministack.name} ended. It printed last:\n${printed.split('\n').slice(-20).join('\n')}`);
    await end(1);
  });
}
