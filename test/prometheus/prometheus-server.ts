import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { documentedConfiguration } from './documented-configuration.ts';

/** It starts within a second; a busy machine is given more. */
const startMaxMs = 30_000;

export interface PrometheusServer {
  /** The samples that a query of PromQL gives now. Throws what Prometheus says against the query. */
  query(promql: string): Promise<Sample[]>;
  /** The alerting rules, with what went wrong when they were last evaluated. */
  rules(): Promise<Rule[]>;
  close(): Promise<void>;
}

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface Rule {
  name: string;
  /** `unknown` until it has been evaluated, then `ok` or `err`. */
  health: string;
  state: string;
  lastError?: string;
}

export interface Scraped {
  job: string;
  baseUrl: string;
  tokenFile: string;
}

/**
 * Starts a Prometheus of the test's own, at a port that it chooses, which scrapes and evaluates every second. Its
 * configuration is JSON, which is YAML too. Needs `prometheus`, which Debian's package of that name brings.
 */
export async function startPrometheus(
  scraped: readonly Scraped[],
  ruleFiles: readonly string[] = [],
): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const configuration = join(folder, 'prometheus.yml');
  writeFileSync(configuration, JSON.stringify(configurationOf(scraped, ruleFiles)));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const api = `http://${await addressOf(child)}/api/v1`;
  return {
    async query(promql) {
      const { result } = await ask<{ result: Vector }>(`${api}/query?${new URLSearchParams({ query: promql })}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(`${api}/rules`);
      return groups.flatMap(({ rules }) => rules);
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Vector = { metric: Record<string, string>; value: [number, string] }[];

/** The configuration that docs/prometheus.md shows, with targets, token files and intervals of the test. */
function configurationOf(scraped: readonly Scraped[], ruleFiles: readonly string[]) {
  const { global, scrape_configs, ...others } = documentedConfiguration();
  return {
    ...others,
    global: { ...global, scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    scrape_configs: scraped.map(({ job, baseUrl, tokenFile }) => ({
      ...scrape_configs[0],
      job_name: job,
      authorization: { credentials_file: tokenFile },
      static_configs: [{ targets: [new URL(baseUrl).host] }],
    })),
  };
}

async function ask<T>(url: string): Promise<T> {
  const answer = (await (await fetch(url)).json()) as { status: string; error?: string; data: T };
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer.data;
}

/** Where it listens, as its log says. Throws, with its log, when it ends instead. */
async function addressOf(child: ChildProcess): Promise<string> {
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += String(chunk);
  });
  const broken = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`prometheus cannot be started (${error.message})`)));
    child.once('exit', (code) => reject(new Error(`prometheus ended with status ${code}:\n${log}`)));
  });
  const listening = vi.waitUntil(() => /msg="Listening on".* address=(\S+)/.exec(log)?.[1], {
    timeout: startMaxMs,
    interval: 20,
  });
  const address = await Promise.race([broken, listening]);
  broken.catch(() => 'it ends when it is told to');
  return String(address);
}
