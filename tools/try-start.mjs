// Types the README's first command as a stranger would: `npm start`, then a request with the token that it prints.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 120_000;
const dataFolder = mkdtempSync(join(tmpdir(), 'orchestrator-start-'));
const child = spawn('npm', ['start'], {
  env: { ...process.env, PORT: '0', ORCHESTRATOR_DATA: dataFolder },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const timer = setTimeout(() => finish(`npm start said nothing useful for ${patienceMs} ms`), patienceMs);
let output = '';

child.stdout.on('data', async (chunk) => {
  process.stdout.write(chunk);
  output += chunk;
  const url = /running on (http:\S+)/.exec(output)?.[1];
  const token = /Authorization: Bearer ([\w-]+)/.exec(output)?.[1];
  if (!url || !token) return;
  child.stdout.removeAllListeners('data');
  const response = await fetch(`${url}/health`, { headers: { authorization: `Bearer ${token}` } });
  finish(response.status === 200 ? undefined : `/health answered ${response.status}`);
});
child.once('exit', (code) => finish(`npm start ended with ${code}`));

/** Ending npm must end the server too, which has some seconds for it. */
async function stillAnswers() {
  const url = /running on (http:\S+)/.exec(output)?.[1];
  const end = Date.now() + 20_000;
  while (url && Date.now() < end) {
    const isGone = await fetch(url).then(
      () => false,
      (error) => error.cause?.code === 'ECONNREFUSED',
    );
    if (isGone) return undefined;
    await pause(100);
  }
  return url && 'the server goes on after npm start has ended';
}

function finish(problem) {
  clearTimeout(timer);
  child.removeAllListeners('exit');
  child.once('exit', async () => {
    const left = await stillAnswers();
    rmSync(dataFolder, { recursive: true, force: true });
    for (const each of [problem, left].filter(Boolean)) console.error(each);
    process.exit(problem || left ? 1 : 0);
  });
  if (child.exitCode === null) child.kill('SIGTERM');
  else child.emit('exit');
}
