import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Site, siteSettings } from './site.ts';

const token = 'end-to-end-token-0123456789';
const spareToken = 'end-to-end-spare-0123456789';
const hookSecret = 'end-to-end-hook-secret-0123456789';
const receiverAddress = '127.0.0.1';

/** Compiled code of processes that ended by themselves, which saves each that comes after a quarter of its start. */
const compileCache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'node-compile');

export interface EmbeddedSite extends Site {
  dataFolder: string;
  pid: number | undefined;
  /** Kills the process with SIGKILL and starts the next one, with the same settings and data. */
  killed(): Promise<EmbeddedSite>;
  /** Ends the process as the operator would and removes its data. */
  close(): Promise<void>;
}

interface Start {
  dataFolder?: string;
  settings?: Record<string, string>;
}

/** Starts `npm start`'s program in a process of its own, on a free port, and waits until it says where it listens. */
export async function startEmbeddedSite({
  dataFolder = newDataFolder(),
  settings = {},
}: Start = {}): Promise<EmbeddedSite> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'bin/serve.ts'], {
    env: {
      ...process.env,
      ...siteSettings,
      PORT: '0',
      ORCHESTRATOR_TOKEN: token,
      ORCHESTRATOR_TOKEN_PREVIOUS: spareToken,
      ORCHESTRATOR_HOOK_SECRET: hookSecret,
      ORCHESTRATOR_DATA: dataFolder,
      LOG_LEVEL: 'ERROR',
      WEBHOOK_ALLOW: receiverAddress,
      NODE_COMPILE_CACHE: compileCache,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { baseUrl, controlUrl } = await readStartMessage(child);
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(dataFolder, { recursive: true, force: true });
  };
  const killed = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    return startEmbeddedSite({ dataFolder, settings });
  };
  const { pid } = child;
  return {
    baseUrl,
    openapiServer: '/',
    controlUrl,
    token,
    spareToken,
    hookSecret,
    receiverAddress,
    dataFolder,
    pid,
    killed,
    close,
  };
}

function newDataFolder(): string {
  return mkdtempSync(join(tmpdir(), 'orchestrator-'));
}

/** A process with a catalogue of its own has no simulated platform, and so no address for faults. */
async function readStartMessage(child: ChildProcess): Promise<{ baseUrl: string; controlUrl: string }> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const baseUrl = /running on (http:\S+)/.exec(output)?.[1];
    const controlUrl = /faults at (http:\S+)\/faults/.exec(output)?.[1] ?? '';
    if (baseUrl && output.includes('curl')) {
      child.stdout?.resume();
      return { baseUrl, controlUrl };
    }
  }
  throw new Error(`the control plane ended before it was running:\n${output}`);
}
