// Types the README's first command as a stranger would: `npm start`, then a request with the token that it prints.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

function finish(problem) {
  clearTimeout(timer);
  child.removeAllListeners('exit');
  child.once('exit', () => {
    rmSync(dataFolder, { recursive: true, force: true });
    if (problem) console.error(problem);
    process.exit(problem ? 1 : 0);
  });
  if (child.exitCode === null) child.kill('SIGTERM');
  else child.emit('exit');
}
