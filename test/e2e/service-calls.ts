import { expect } from 'vitest';
import { type Answer, call, type Site } from './site.ts';

export interface Operation {
  operation_id: string;
  status: string;
  action: string;
  outcome: string;
}

export interface ServiceDetail {
  status: string;
  version: string | null;
  uptime_seconds: number | null;
  restarting: boolean;
  runtime: { id: string; state: string; started_at: string | null; memory_limit_bytes: number | null } | null;
  runtime_error: string | null;
  configuration: {
    pending: unknown;
    effective: { environment: Record<string, string> };
    revisions: { status: string; operation_id: string | null; reason: string | null }[];
  };
}

/** How long it may take until probes have shown something: on AWS a schedule has a minute between its calls. */
export const probedMs = 150_000;

/** Asks for a restart, which gets 20 seconds for becoming healthy unless told. */
export function restart<T = Operation>(
  site: Site,
  name: string,
  body: Record<string, unknown> = {},
): Promise<Answer<T>> {
  return call<T>(site, `POST /api/v1/services/${name}/restart`, { body: { timeout_seconds: 20, ...body } });
}

export function configure(site: Site, name: string, change: unknown): Promise<Answer> {
  return call(site, `PATCH /api/v1/config/services/${name}`, { body: change });
}

export async function detailOf(site: Site, name: string): Promise<ServiceDetail> {
  return (await call<ServiceDetail>(site, `GET /api/v1/services/${name}`)).body;
}

/** A call of the engine of the simulated host, past the orchestrator; undefined where it answers nothing. */
export async function askEngine<T>(site: Site, request: string): Promise<T> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const { body } = await call<{ services: { docker_host: string }[] }>(site, 'GET /api/v1/config');
  const host = body.services[0]?.docker_host.replace('tcp:', 'http:');
  const response = await fetch(`${host}${path}`, { method });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
