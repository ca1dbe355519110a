import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Emulator } from './emulators/emulator.ts';
import { emulators } from './emulators/emulators.ts';
import { startEmulator } from './emulators/start-emulator.ts';

/**
 * `npm run test:aws [-- --emulator ministack|moto | --endpoint URL] [vitest arguments]`: runs the tests that need AWS,
 * against an emulator of its own, MiniStack unless told, which ends with the run, or against the endpoint given (LocalStack,
 * say).
 */
const { emulatorName, endpoint, vitestArguments } = readArguments(process.argv.slice(2));

if (endpoint !== undefined) {
  process.exitCode = await runTests(endpoint, vitestArguments);
} else {
  const emulator = emulators[emulatorName] as Emulator;
  const running = await startEmulator(emulator).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
  try {
    const leftOut = emulator.leftOut ? ['--exclude', emulator.leftOut.tests] : [];
    process.exitCode = await runTests(running.endpoint, [...leftOut, ...vitestArguments], emulatorName);
  } finally {
    await running.stop();
  }
  printLimits(emulator);
}

/** Takes out what is for this program; all else is vitest's. Ends the process where an argument is wrong. */
function readArguments(given: string[]) {
  const { tokens } = parseArgs({
    args: given,
    options: { emulator: { type: 'string' }, endpoint: { type: 'string' } },
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | undefined> = {};
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !['emulator', 'endpoint'].includes(token.name)) continue;
    values[token.name] = token.value ?? '';
    taken.add(token.index);
    if (!token.inlineValue) taken.add(token.index + 1);
  }
  const { emulator = 'ministack', endpoint } = values;
  if (endpoint !== undefined && !URL.canParse(endpoint))
    refuse('--endpoint needs a URL, such as http://localhost:4566');
  if (!(emulator in emulators)) refuse(`--emulator is one of ${Object.keys(emulators).join(', ')}`);
  if (endpoint !== undefined && values['emulator'] !== undefined)
    refuse('--emulator starts one, so --endpoint names none');
  return { emulatorName: emulator, endpoint, vitestArguments: given.filter((_, index) => !taken.has(index)) };
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function runTests(url: string, parameters: string[], emulator?: string): Promise<number> {
  const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'aws', ...parameters], {
    stdio: 'inherit',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...(emulator && { AWS_EMULATOR: emulator }),
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** So that nobody takes a green run for more than it is. */
function printLimits({ name, version, leftOut, gaps }: Emulator) {
  if (leftOut) console.log(`Left out on ${name} ${version}: ${leftOut.tests}. ${leftOut.reason}`);
  for (const { test, reason } of gaps) console.log(`Expected to fail on ${name} ${version}: "${test}". ${reason}`);
}
