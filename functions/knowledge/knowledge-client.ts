import { setTimeout as sleep } from 'node:timers/promises';
import { createUpstreamClient, type UpstreamClient } from '../../platform/client.ts';
import type { UpstreamRequest } from '../../platform/upstream/request.ts';
import type { Home } from '../core/endpoint.ts';

/** The services of the knowledge layer, each call made in this manner unless it says otherwise. */
export function knowledgeClient(
  { backend, catalogue, log }: Pick<Home, 'backend' | 'catalogue' | 'log'>,
  manner: Pick<UpstreamRequest<unknown>, 'timeoutMs' | 'triesMax' | 'requestId'>,
): UpstreamClient {
  const { secrets, clock } = backend;
  const client = createUpstreamClient({ catalogue, secrets, clock, log, sleep, random: Math.random });
  return { call: (request) => client.call({ ...manner, ...request }) };
}
