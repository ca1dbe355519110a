import type { Server } from 'node:http';
import type { Clock } from '../../backend/backend.ts';
import type { Service } from '../catalogue.ts';
import { callFaults, type Fault, type Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { createJsonServer, jsonOf, type Received, refusalReply, type TimedReply } from './json-server.ts';
import { createRequestCounters, type RequestCounters } from './request-counters.ts';
import { createRouter, type Match } from './router.ts';
import { spread } from './spread.ts';
import { type Call, found, type Route, type StandIn, type World } from './stand-in.ts';
import { probes } from './stand-ins/probes.ts';

/** The HTTP server of one simulated service: its API, if it has one here, its probe, `/health`, `/ready` and `/metrics`. */
export function createServiceServer(service: Service, standIn: StandIn | undefined, platform: Platform): Server {
  const counters = createRequestCounters(platform.clock.now());
  const find = createRouter({ ...commonRoutes(service, standIn, counters, platform), ...standIn?.routes });
  return createJsonServer((received) => {
    const { clock, journal, faults } = platform;
    const now = clock.now();
    journal.record({ service: service.name, at: now, ...received, path: received.url, body: received.text });
    const text = faultText(received);
    const fault = faults.take(service.name, text, callFaults);
    const match = find(received.method, received.path);
    const isAnswered = !fault || fault.fault === 'answer_lost';
    const reply = isAnswered ? answered(service, match, received, platform, now) : faultReply(fault);
    const [shortestMs, longestMs] = reply.takesMs ?? [0, 0];
    const delayMs = spread(`${now} ${received.url}`, shortestMs, longestMs) * platform.delayScale;
    counters.count(match?.name ?? `${received.method} unknown`, reply.status ?? 200, delayMs / 1000);
    return { ...reply, delayMs, ...(fault?.fault === 'answer_lost' ? { isLost: true } : {}) };
  });
}

/** What all the servers of one simulated platform share. */
export interface Platform {
  world: World;
  faults: Faults;
  journal: Journal;
  clock: Clock;
  /** What all delays are multiplied with; 0 makes everything happen at once. */
  delayScale: number;
}

/** What a call takes that does not say. */
const ordinaryMs = [5, 25] as const;

function answered(
  service: Service,
  match: Match<Route> | undefined,
  received: Received,
  platform: Platform,
  now: number,
): TimedReply {
  try {
    const { target, params } = found(match, `route as ${received.method} ${received.path}`);
    return { takesMs: ordinaryMs, ...target(callOf(service, params, received, platform, now)) };
  } catch (error) {
    return refusalReply(error);
  }
}

function callOf(service: Service, params: Call['params'], received: Received, platform: Platform, now: number): Call {
  const { world, faults } = platform;
  const text = faultText(received);
  const key = received.headers['idempotency-key'];
  const idempotencyKey = Array.isArray(key) ? key[0] : key;
  return {
    service: service.name,
    params,
    query: received.query,
    body: jsonOf(received),
    now,
    world,
    takeFault: (kind) => faults.take(service.name, text, [kind]),
    accept: (order) => world.work.accept({ ...order, service: service.name, idempotencyKey, now, faultText: text }),
  };
}

/** What a fault's `match` is looked for in: method, path with query as sent and as meant, and body. */
function faultText({ method, url, query, text }: Received): string {
  return [method, url, ...query.values(), text].join(' ');
}

function faultReply(fault: Fault): TimedReply {
  const error = { code: 'SIMULATED_FAULT', message: `The fault "${fault.fault}" was asked for.` };
  switch (fault.fault) {
    case 'hang':
      return { isWithheld: true };
    case 'unreachable':
      return { isLost: true };
    case 'nonsense':
      return { body: '<!doctype html><title>It works</title>', headers: { 'content-type': 'text/html' } };
    case 'rate_limited':
      return { status: 429, headers: { 'retry-after': `${fault.retry_after ?? 1}` }, body: { error } };
    default: {
      const headers = fault.retry_after === null ? {} : { 'retry-after': `${fault.retry_after}` };
      return { status: fault.status ?? 500, headers, body: { error } };
    }
  }
}

function commonRoutes(
  service: Service,
  standIn: StandIn | undefined,
  counters: RequestCounters,
  { world, clock }: Platform,
): Record<string, Route> {
  const startedAt = clock.now();
  const about = { status: 'healthy', service: service.name, version: '1.0.0-simulated' };
  const health: Route = (call) => ({
    body: { ...about, uptime_seconds: Math.floor((call.now - startedAt) / 1000) },
  });
  const metrics: Route = () => ({ body: counters.text() + (standIn?.metrics?.(world) ?? '') });
  const probe = probes[service.name] ?? health;
  return {
    'GET /health': health,
    'GET /ready': () => ({ body: { ...about, status: 'ready' } }),
    ...(service.metrics ? { [`GET ${service.metrics}`]: metrics } : {}),
    'GET /metrics': metrics,
    [`GET ${service.probe}`]: probe,
  };
}
