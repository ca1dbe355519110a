import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Backend } from '../../../backend/backend.ts';
import type { Figures } from '../../../functions/core/figures.ts';
import { durationSum, isDurationName } from '../../../functions/core/latency-histogram.ts';
import { loadTotals } from '../../../functions/observability/load-figures.ts';
import { loadScrapeStates } from '../../../functions/observability/scraping/scrape-store.ts';
import { scrapeServices } from '../../../functions/observability/tasks/scrape-services.ts';
import type { Service } from '../../../platform/catalogue.ts';
import { openHome, type TestHome, type TestHomeOptions } from '../open-home.ts';

/** What a service answers when its metrics are asked for: a text, another each time, a status, or an answer that is still to come. */
export type Metrics = string | number | Promise<string> | (() => string | Promise<string>);

/** Services whose metrics the test decides, real HTTP between, and the collector behind. */
export interface ScrapeScenario {
  home: TestHome;
  /** What a service answers from now on. */
  expose(service: string, metrics: Metrics): void;
  /** A round, an interval after the last one; with the backend of a process that fares ill, where one is given. */
  scrape(backend?: Backend): Promise<unknown>;
  /** As {@link figuresOf} gives them. */
  figures(service: string): Promise<Figures>;
  state(service: string): ReturnType<typeof stateOf>;
  /** How often each service was asked, and with which credential last. */
  asked: Map<string, { times: number; authorization: string | undefined }>;
  close(): Promise<void>;
}

export async function openScrapeScenario(
  names: string[],
  options: Pick<TestHomeOptions, 'environment'> & { rows?: Record<string, Partial<Service>> } = {},
): Promise<ScrapeScenario> {
  const exposed = new Map<string, Metrics>();
  const asked: ScrapeScenario['asked'] = new Map();
  const server = createServer(async (request, response) => {
    const name = request.url?.split('/')[1] ?? '';
    asked.set(name, { times: (asked.get(name)?.times ?? 0) + 1, authorization: request.headers.authorization });
    const answer = exposed.get(name) ?? '';
    const metrics = await (typeof answer === 'function' ? answer() : answer);
    response.writeHead(typeof metrics === 'number' ? metrics : 200).end(typeof metrics === 'number' ? '' : metrics);
  });
  const url = await listening(server);
  const services = names.map((name) => ({ ...row(name), url, metrics: `/${name}/metrics`, ...options.rows?.[name] }));
  const home = await openHome({ catalogue: { services }, ...options });
  return {
    home,
    asked,
    expose: (service, metrics) => void exposed.set(service, metrics),
    async scrape(backend = home.backend) {
      home.clock.advance(home.settings.scrapeIntervalSeconds * 1000);
      return scrapeServices.run({}, { ...home, backend });
    },
    figures: (service) => figuresOf(home, service),
    state: (service) => stateOf(home, service),
    async close() {
      server.closeAllConnections();
      server.close();
      await home.close();
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function row(name: string) {
  const place = { container: `omni-${name}`, port: 80, tier: 'AI', probe: '/health' };
  return { name, ...place, critical: false, depends_on: [] as string[] };
}

async function stateOf({ backend }: TestHome, service: string) {
  return (await loadScrapeStates(backend)).get(service);
}

/** The figures of a service over all time, added up; without what follows from others, and those of its latency's buckets. */
export async function figuresOf({ backend }: TestHome, service: string): Promise<Figures> {
  const figures = (await loadTotals(backend, ['services'])).services.get(service) ?? {};
  const isShown = (name: string) => name === durationSum || !(isDurationName(name) || name === 'judged_requests');
  return Object.fromEntries(Object.entries(figures).filter(([name]) => isShown(name)));
}
