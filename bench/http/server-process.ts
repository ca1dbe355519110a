import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ServerProcess {
  port: number;
  /** CPU time used so far, user and system, in microseconds. */
  cpuMicroseconds(): Promise<number>;
  close(): Promise<void>;
}

/** What the bare server answers: the same header lines and bytes as the answer it is compared with. */
export interface BareAnswer {
  headers: Record<string, string>;
  body: string;
}

/** Starts the embedded home, all of it, as `npm start` does. */
export function startOrchestrator(environment: Record<string, string>): Promise<ServerProcess> {
  return startServer([fileURLToPath(new URL('../../bin/serve.ts', import.meta.url))], environment);
}

/** Starts a `node:http` server that gives one answer to everything. */
export function startBareServer(answer: BareAnswer): Promise<ServerProcess> {
  return startServer([fileURLToPath(new URL('./bare-server.ts', import.meta.url)), JSON.stringify(answer)], {});
}

async function startServer(program: string[], environment: Record<string, string>): Promise<ServerProcess> {
  const reportCpu = new URL('./report-cpu.ts', import.meta.url).href;
  const options = ['--disable-warning=ExperimentalWarning', '--import', reportCpu];
  const child = spawn(process.execPath, [...options, ...program], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return {
    port: await portOf(child),
    async cpuMicroseconds() {
      child.send('cpu');
      const [microseconds] = await once(child, 'message');
      return Number(microseconds);
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  let printed = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    printed += String(chunk);
    const port = /running on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
    if (!port) continue;
    child.stdout?.resume();
    return Number(port);
  }
  throw new Error(`The server ended before it was running:\n${printed}`);
}
