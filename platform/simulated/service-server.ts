import type { Server } from 'node:http';
import type { Clock } from '../../backend/backend.ts';
import type { Service } from '../catalogue.ts';
import { type SimulatedContainers, variable } from './engine/containers.ts';
import { faultReply } from './fault-reply.ts';
import { callFaults, type Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { createJsonServer, jsonOf, type Received, refusalReply, type TimedReply } from './json-server.ts';
import { dialectOf } from './metrics-dialect.ts';
import { metricsText } from './metrics-text.ts';
import { createRouter, type Match } from './router.ts';
import type { ServedCounters } from './served-calls.ts';
import { spread } from './spread.ts';
import { type Call, found, type Instance, type Route, type StandIn, type World } from './stand-in.ts';
import { probes } from './stand-ins/probes.ts';

/** The HTTP server of one simulated service: its API, if it has one here, its probe, `/health`, `/ready` and `/metrics`. */
export function createServiceServer(service: Service, standIn: StandIn | undefined, platform: Platform): Server {
  const find = createRouter({ ...commonRoutes(service, standIn, platform), ...standIn?.routes });
  return createJsonServer((received) => {
    const { clock, journal, faults, served } = platform;
    const now = clock.now();
    journal.record({ service: service.name, at: now, ...received, path: received.url, body: received.text });
    const text = faultText(received);
    const fault = faults.take(service.name, text, callFaults);
    const match = find(received.method, received.path);
    const isAnswered = !fault || fault.fault === 'answer_lost';
    const reply = isAnswered ? answered(service, match, received, platform, now) : faultReply(fault);
    const [shortestMs, longestMs] = reply.takesMs ?? [0, 0];
    const delayMs = spread(`${now} ${received.url}`, shortestMs, longestMs) * platform.delayScale;
    const route = match?.name ?? `${received.method} unknown`;
    served.count(service.name, startedMsOf(service, platform), {
      route,
      status: reply.status ?? 200,
      seconds: delayMs / 1000,
    });
    return { ...reply, delayMs, ...(fault?.fault === 'answer_lost' ? { isLost: true } : {}) };
  });
}

/** What all the servers of one simulated platform share. */
export interface Platform {
  world: World;
  served: ServedCounters;
  faults: Faults;
  journal: Journal;
  clock: Clock;
  containers: SimulatedContainers;
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
    count: (name) => world.counters.add(sinceStart(service, startedMsOf(service, platform), name), 1),
    takeFault: (kind) => faults.take(service.name, text, [kind]),
    accept: (order) => world.work.accept({ ...order, service: service.name, idempotencyKey, now, faultText: text }),
  };
}

/** What a fault's `match` is looked for in: method, path with query as sent and as meant, and body. */
function faultText({ method, url, query, text }: Received): string {
  return [method, url, ...query.values(), text].join(' ');
}

/** How long a service that was made slow takes for its probes, in ms: longer than is taken for quick. */
const slowMs = 3_000;

function commonRoutes(service: Service, standIn: StandIn | undefined, platform: Platform): Record<string, Route> {
  const about = { status: 'healthy', service: service.name, version: '1.0.0-simulated' };
  const health: Route = ({ now }) => {
    const startedMs = startedMsOf(service, platform);
    return { body: { ...about, uptime_seconds: Math.max(0, Math.floor((now - startedMs) / 1000)) } };
  };
  const metrics: Route = () => ({ body: allMetrics(service, standIn, platform) });
  const ready: Route = () => ({ body: { ...about, status: 'ready' } });
  const readiness = unlessNotReady(asTold(ready, service, platform));
  return {
    'GET /health': asTold(health, service, platform),
    'GET /ready': readiness,
    ...(service.metrics ? { [`GET ${service.metrics}`]: metrics } : {}),
    'GET /metrics': metrics,
    ...(service.readiness ? { [`GET ${service.readiness}`]: readiness } : {}),
    [`GET ${service.probe}`]: asTold(probes[service.name] ?? health, service, platform),
  };
}

/** What the service counts since its container started: calls in its own dialect, and what else its stand-in has. */
function allMetrics(service: Service, standIn: StandIn | undefined, platform: Platform): string {
  const { world, served } = platform;
  const startedMs = startedMsOf(service, platform);
  const counted = (name: string) => world.counters.get(sinceStart(service, startedMs, name));
  const instance: Instance = { world, startedMs, counted };
  const calls = served.since(service.name, startedMs);
  return metricsText(dialectOf(service.name), calls, startedMs) + (standIn?.metrics?.(instance) ?? '');
}

/** A service whose container was removed answers nobody. */
function startedMsOf({ container }: Service, { containers, clock }: Platform): number {
  return containers.find(container)?.startedMs ?? clock.now();
}

function sinceStart({ name: service }: Service, startedMs: number, name: string): string {
  return `${service} since ${startedMs}: ${name}`;
}

/** A probe that is broken or slow when its container's SIMULATED_HEALTH, or a fault, says so. */
function asTold(probe: Route, { container }: Service, { containers }: Platform): Route {
  return (call) => {
    const found = containers.find(container);
    const told = found && variable(found, 'SIMULATED_HEALTH');
    if (told === 'broken') return { status: 503, body: { status: 'unhealthy', reason: 'SIMULATED_HEALTH=broken' } };
    const isSlow = told === 'slow' || call.takeFault('slow') !== undefined;
    return isSlow ? { ...probe(call), takesMs: [slowMs, slowMs] } : probe(call);
  };
}

function unlessNotReady(probe: Route): Route {
  return (call) =>
    call.takeFault('not_ready') ? { status: 503, body: { status: 'not ready', reason: 'asked for' } } : probe(call);
}
