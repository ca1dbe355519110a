import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Service, serviceUrl } from '../catalogue.ts';
import { createHostLookup } from './host-lookup.ts';
import { probeHttp } from './http-probe.ts';
import type { Probe, Sight } from './probe.ts';
import { probeTcp } from './tcp-probe.ts';
import { turnstile } from './turnstile.ts';

export interface Prober {
  /** Asks a service for its liveness and, where it has one, its readiness. Never throws: what went wrong is the result. */
  probe(service: Service): Promise<Probe>;
  /**
   * Resolves when all that were asked for have begun, but for those that wait for the end of others, and on a near network
   * their requests are out: then there is time for other work.
   */
  begun(): Promise<void>;
}

export interface ProberOptions {
  /** Time limit of a probe, for liveness and readiness each, in ms. */
  timeoutMs: number;
  /** From so many ms on a success counts as slow. */
  slowMs: number;
  clock: { now(): number };
}

/** So many probes begin in less than a millisecond. One at a time would cost a tenth more, for turns in which little happens. */
const startsPerTurn = 8;

/**
 * A process on Lambda may have 1,024 files open, connections among them. A probe has two at most, which leaves room for what
 * a round stores meanwhile. It is more than ten times the platform of 37 services.
 */
export const probesAtOnceMax = 450;

/**
 * Probes over HTTP or TCP, each over a connection of its own: one that was kept open would not show that the service
 * still takes new ones. Redirects are not followed, and no credential is sent.
 *
 * Those that are asked for together begin a few in each turn of the event loop. So the first requests are out, and what
 * else the process does goes on, while the last ones begin; and a latency is the service's, not that of a crowd here. Of a
 * very large crowd the others wait until those before them have ended.
 */
export function createProber({ timeoutMs, slowMs, clock }: ProberOptions): Prober {
  const turn = turnstile(startsPerTurn);
  const limited = pLimit(probesAtOnceMax);
  const lookup = createHostLookup();
  async function probe(service: Service): Promise<Probe> {
    const atMs = clock.now();
    const startedAt = performance.now();
    const limits = { timeoutMs, lookup, nowMs: atMs };
    const seen: Sight & { answeredAt?: number } = await (service.probe === 'tcp'
      ? probeTcp(serviceUrl(service), limits)
      : probeHttp(service, limits));
    const { answeredAt = performance.now(), ...sight } = seen;
    const latencyMs = Math.round(answeredAt - startedAt);
    if (sight.result !== 'good' || latencyMs < slowMs) return { ...sight, atMs, latencyMs };
    return { ...sight, result: 'impaired', reason: `took ${latencyMs} ms`, atMs, latencyMs };
  }
  return {
    async probe(service) {
      await turn();
      return limited(() => probe(service));
    },
    async begun() {
      await turn();
      await nextTurn();
    },
  };
}
