import { readinessPath, type Service, serviceUrl } from '../catalogue.ts';
import { answerFacts } from './answer-facts.ts';
import { isFromTheOtherSide, reasonOf } from './connection-failure.ts';
import { type ConnectionOptions, httpGet } from './http-get.ts';
import type { Sight } from './probe.ts';

interface Limits extends ConnectionOptions {
  /** Epoch ms, to which an uptime in an answer is counted back. */
  nowMs: number;
}

/**
 * Liveness and readiness of one service, asked at the same time. A service that answers but is not ready is impaired.
 * `answeredAt` is when the liveness came, on the clock of `performance`.
 */
export async function probeHttp(service: Service, limits: Limits): Promise<Sight & { answeredAt?: number }> {
  const base = serviceUrl(service);
  const path = readinessPath(service);
  const unready = path === undefined ? null : readinessFault(`${base}${path}`, service, limits);
  const { answeredAt, ...alive } = await liveness(`${base}${service.probe}`, limits);
  const fault = alive.result === 'good' ? await unready : null;
  return { ...alive, ...(fault ? { result: 'impaired', reason: fault } : {}), ...(answeredAt ? { answeredAt } : {}) };
}

async function liveness(url: string, limits: Limits): Promise<Sight & { answeredAt?: number }> {
  try {
    const { statusCode, text } = await httpGet(url, limits);
    const answeredAt = performance.now();
    if (statusCode >= 500) return { result: 'failed', reason: `answered ${statusCode}`, isNetworkProof: true };
    const facts = answerFacts(text, limits.nowMs);
    if (statusCode >= 400)
      return { result: 'impaired', reason: `answered ${statusCode}`, isNetworkProof: true, ...facts, answeredAt };
    return { result: 'good', reason: null, isNetworkProof: true, ...facts, answeredAt };
  } catch (error) {
    return { result: 'failed', reason: reasonOf(error, limits.timeoutMs), isNetworkProof: isFromTheOtherSide(error) };
  }
}

/**
 * Why it is not ready, or null. Where nobody said that the service has a readiness, an answer that there is no such thing
 * means that it has none.
 */
async function readinessFault(url: string, { readiness }: Service, limits: Limits): Promise<string | null> {
  try {
    const { statusCode } = await httpGet(url, limits);
    const hasNone = readiness === undefined && [404, 405, 501].includes(statusCode);
    return statusCode < 400 || hasNone ? null : `not ready: answered ${statusCode}`;
  } catch (error) {
    return `not ready: ${reasonOf(error, limits.timeoutMs)}`;
  }
}
