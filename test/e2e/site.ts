import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { PipelineDetailView, PipelineView } from '../../functions/pipelines/contract.ts';

/** A running control plane and the simulated platform behind it; the end-to-end suite asks nothing else of either home. */
export interface Site {
  baseUrl: string;
  /** What the OpenAPI document must name as its server: the path under which the home's API is. */
  openapiServer: string;
  token: string;
  /** A second valid token, whose rate limits the suite may use up. */
  spareToken: string;
  /** What hooks of GitHub and Gitea are signed with. */
  hookSecret: string;
  /** Where the simulated platform takes faults. */
  controlUrl: string;
  /** The address of this machine to which webhooks may be sent. */
  receiverAddress: string;
}

/** The settings under which the suite runs: limits above what it needs but low enough to be met, and a deadline worth waiting for. */
export const siteSettings = {
  RATE_LIMITS:
    'read=5000,write=1000,pipeline_execution=60,service_restart=100,webhook_registration=100,knowledge_refresh=200',
  STAGE_DEADLINES: 'generate=12',
  MONITOR_SECONDS: '1',
  PROBE_INTERVAL_SECONDS: '2',
  WEBHOOK_RETRY_DELAYS: '1,1',
  KNOWLEDGE_SOURCE_DEADLINE_SECONDS: '6',
};

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  token?: string | null;
}

/** One call of the API; `body` is sent as JSON unless it is text. */
export async function call<T = Record<string, unknown>>(
  site: Site,
  request: string,
  options: Options = {},
): Promise<Answer<T>> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const token = options.token === undefined ? site.token : options.token;
  const response = await fetch(`${site.baseUrl}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
}

export interface ListedEvent<Data = Record<string, unknown>> {
  id: string;
  type: string;
  sequence: number;
  data: Data;
}

/** The newest events, newest first, at most 100; `query` narrows them down. */
export async function eventsOf<Data = Record<string, unknown>>(site: Site, query = ''): Promise<ListedEvent<Data>[]> {
  const path = `/api/v1/events?limit=100&${query}`;
  return (await call<{ events: ListedEvent<Data>[] }>(site, `GET ${path}`)).body.events;
}

/** A repository that no other test uses, so that locks and faults are the test's own. */
export function newRepository(): { url: string; name: string } {
  const name = `project-${randomUUID().slice(0, 8)}`;
  return { url: `http://omni-gitea:3000/omni-admin/${name}.git`, name };
}

export function pipelineRequest(repoUrl: string, more: { stages?: string[]; config?: Record<string, unknown> } = {}) {
  const { config, ...rest } = more;
  return { task: 'Implement user authentication with JWT tokens', config: { repo_url: repoUrl, ...config }, ...rest };
}

export async function execute(site: Site, body: unknown, headers: Record<string, string> = {}): Promise<PipelineView> {
  const answer = await call<PipelineView>(site, 'POST /api/v1/pipeline/execute', { body, headers });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

export async function getPipeline(site: Site, id: string): Promise<PipelineDetailView> {
  const answer = await call<PipelineDetailView>(site, `GET /api/v1/pipeline/${id}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** The pipeline as soon as this holds of it. */
export function pipelineOnce(
  site: Site,
  id: string,
  holds: (pipeline: PipelineDetailView) => boolean,
  timeout = 90_000,
) {
  return vi.waitFor(
    async () => {
      const pipeline = await getPipeline(site, id);
      expect(
        holds(pipeline),
        `${pipeline.status} ${JSON.stringify(pipeline.error)} ${JSON.stringify(statuses(pipeline))}`,
      ).toBe(true);
      return pipeline;
    },
    { timeout, interval: 150 },
  );
}

export function ended(site: Site, id: string): Promise<PipelineDetailView> {
  return pipelineOnce(site, id, (pipeline) => pipeline.status !== 'running');
}

/** The stages' statuses by name, in the order of the answer. */
export function statuses(pipeline: PipelineDetailView): Record<string, string> {
  return Object.fromEntries(Object.entries(pipeline.stages).map(([name, stage]) => [name, stage?.status ?? 'missing']));
}

interface Fault {
  service: string;
  fault: string;
  match?: string;
  times?: number;
  status?: number;
}

/** Asks the simulated platform for a failure. Gives what ends it. */
export async function cause(site: Site, fault: Fault): Promise<() => Promise<void>> {
  const response = await fetch(`${site.controlUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  const { id } = JSON.parse(text) as { id: number };
  return async () => void (await fetch(`${site.controlUrl}/faults/${id}`, { method: 'DELETE' }));
}

/** Work that a service accepted. */
export interface Start {
  service: string;
  kind: string;
  idempotency_key: string | null;
  request: Record<string, unknown>;
}

/** All that the simulated services accepted whose request holds this text, oldest first. */
export async function startsOf(site: Site, match: string): Promise<Start[]> {
  const response = await fetch(`${site.controlUrl}/starts?match=${encodeURIComponent(match)}`);
  return ((await response.json()) as { starts: Start[] }).starts;
}

/** The services that got a call which holds this text, once for each call, oldest first. */
export async function callsOf(site: Site, match: string): Promise<string[]> {
  const response = await fetch(`${site.controlUrl}/requests?match=${encodeURIComponent(match)}`);
  const { requests } = (await response.json()) as { requests: { service: string }[] };
  return requests.map(({ service }) => service);
}
