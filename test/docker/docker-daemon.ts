import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { vi } from 'vitest';

/** An engine loads its plugins and its network within a second or two; a busy machine is given more. */
const startMaxMs = 60_000;

export interface DockerDaemon {
  /** Its address, as settings name it. */
  host: string;
  /** For what a test does past the orchestrator. */
  docker: Docker;
  /** Ends the engine and with it all containers, which stay as they are on disk. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Removes the containers and their volumes, ends the engine and removes all that it kept. */
  close(): Promise<void>;
}

/**
 * Starts a Docker engine of the test's own, with a socket, data and containers apart from those of any other engine of
 * the machine, and without rules in its firewall. Needs `dockerd`, which Debian's docker.io brings, and root. `arguments`
 * are further ones for `dockerd`. Throws, with what the engine printed, when it does not come up.
 */
export async function startDockerDaemon(...more: string[]): Promise<DockerDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-'));
  const socket = join(folder, 'docker.sock');
  const docker = new Docker({ socketPath: socket });
  mkdirSync(join(folder, 'config'));
  let child: ChildProcess | undefined;
  const daemon: DockerDaemon = {
    host: `unix://${socket}`,
    docker,
    async start() {
      child = spawn('dockerd', [...settingsIn(folder), '--host', `unix://${socket}`, ...more], {
        env: { ...process.env, DOCKER_CONFIG: join(folder, 'config') },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await untilReady(child, docker);
    },
    async stop() {
      await end(child);
    },
    async close() {
      if (!isRunning(child)) await daemon.start();
      const containers = await docker.listContainers({ all: true });
      await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
      await docker.pruneNetworks();
      await daemon.stop();
      unmountBelow(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await daemon.start();
  return daemon;
}

/** Networks get addresses that are none of the usual ones; ports are published by the engine's own proxy. */
function settingsIn(folder: string): string[] {
  return [
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'docker.pid')}`,
    '--containerd-namespace=orchestrator-test',
    '--containerd-plugins-namespace=orchestrator-test-plugins',
    '--bridge=none',
    '--iptables=false',
    '--default-address-pool=base=10.213.0.0/16,size=24',
    '--shutdown-timeout=1',
    '--log-level=error',
  ];
}

async function untilReady(child: ChildProcess, docker: Docker): Promise<void> {
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => printed.push(String(chunk)));
  const broken = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`dockerd cannot be started (${error.message})`)));
    child.once('exit', (code) => reject(new Error(`dockerd ended with status ${code}:\n${printed.join('')}`)));
  });
  await Promise.race([broken, vi.waitFor(() => docker.ping(), { timeout: startMaxMs, interval: 100 })]);
  broken.catch(() => 'it ends when it is told to');
}

/** An engine leaves the network of its host mounted. */
function unmountBelow(folder: string): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const below = mounted.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  if (below.length > 0) execFileSync('umount', below.reverse());
}

function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
