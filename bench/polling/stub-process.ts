import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Catalogue, Service } from '../../platform/catalogue.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';

export interface StubProcess {
  /** The platform's catalogue, as many times as asked for, with the stubs as its services. */
  catalogue: Catalogue;
  /** When each service gave its last answer over HTTP, by name, on the clock of `machineMs`; those that gave none are left out. */
  answersMs(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

interface Options {
  /** How many times the platform's 37 services. */
  copies: number;
  /** How many of those that are asked over HTTP never answer; the first ones. */
  hanging?: number;
  /** How long the others take for an answer. */
  delayMs: number;
}

/** What each stub of the process is, by position. */
export interface StubOptions {
  /** How long it takes for an answer, in ms; null: it never answers. */
  delaysMs: (number | null)[];
}

const program = fileURLToPath(new URL('./stub-services.ts', import.meta.url));

/** Starts stubs of all services in a process of their own, so that their work is not the orchestrator's. */
export async function startStubs({ copies, hanging = 0, delayMs }: Options): Promise<StubProcess> {
  const rows = Array.from({ length: copies }, (_, copy) => copyOf(copy)).flat();
  const hangs = new Set(rows.filter(({ probe }) => probe !== 'tcp').slice(0, hanging));
  const options: StubOptions = { delaysMs: rows.map((row) => (hangs.has(row) ? null : delayMs)) };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  child.once('exit', (code) => ended.reject(new Error(`The stubs ended with ${code}.`)));
  const answer = async () => (await Promise.race([once(child, 'message'), ended.promise]))[0] as number[];
  const ports = await answer();
  const services = rows.map((row, position) => ({ ...row, url: urlOf(row, ports[position]) }));
  return {
    catalogue: { services },
    async answersMs() {
      child.send('answers');
      const answersMs = await answer();
      const entries = services.map(({ name }, position) => [name, answersMs[position] ?? 0] as const);
      return new Map(entries.filter(([, answeredMs]) => answeredMs > 0));
    },
    async close() {
      child.kill('SIGKILL');
      await ended.promise.catch(() => undefined);
    },
  };
}

/** The platform's own rows, so that probes are of all kinds: with and without readiness, and over TCP. */
function copyOf(copy: number): Service[] {
  const { services } = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
  const nameOf = (name: string) => (copy === 0 ? name : `${name}-${copy}`);
  return services.map((row) => ({ ...row, name: nameOf(row.name), depends_on: row.depends_on.map(nameOf) }));
}

function urlOf({ probe }: Service, port: number | undefined): string {
  return `${probe === 'tcp' ? 'tcp' : 'http'}://127.0.0.1:${port}`;
}
