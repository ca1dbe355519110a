// Brings node_modules in line with package-lock.json before `npm start`, `npm test` and what else a stranger may type first.
// Plain JavaScript for Node 20: it runs before the project's own Node 24 is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const installedLock = 'node_modules/.package-lock.json';

/** True when every package that the lock file requires on this machine stands in node_modules at the locked version. */
function isInstalled() {
  if (!existsSync(installedLock)) return false;
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const present = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
  );
}

if (!isInstalled()) {
  console.log('Installing dependencies (npm ci). This happens once and takes about a minute.');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    console.error('The installation failed; npm printed the reason above.');
    process.exit(install.status ?? 1);
  }
}
