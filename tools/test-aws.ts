import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startMiniStack } from './ministack.ts';

/**
 * `npm run test:aws [-- --endpoint URL] [vitest arguments]`: runs the tests that need AWS, against the endpoint given
 * (LocalStack, say) or a MiniStack of its own, which ends with the run.
 */
const given = process.argv.slice(2);
const at = given.indexOf('--endpoint');
const endpoint = at < 0 ? undefined : given[at + 1];
if (at >= 0 && !URL.canParse(endpoint ?? '')) {
  console.error('--endpoint needs a URL, such as http://localhost:4566');
  process.exit(2);
}
const vitestArguments = at < 0 ? given : given.toSpliced(at, 2);

const emulator = endpoint ? undefined : await startMiniStack();
try {
  process.exitCode = await runTests(endpoint ?? emulator?.endpoint ?? '');
} finally {
  await emulator?.stop();
}

function runTests(url: string): Promise<number> {
  const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'aws', ...vitestArguments], {
    stdio: 'inherit',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
