import { endpoint } from '../core/endpoint.ts';
import { askComponents } from './ask-components.ts';
import { getKnowledgeStatusContract } from './contract.ts';
import { knowledgeClient } from './knowledge-client.ts';
import { cachedStatus } from './status-cache.ts';

/** A component that takes longer is of no use to those who work with it either; in ms. */
const limitMs = 3_000;

export const getKnowledgeStatus = endpoint(getKnowledgeStatusContract, async (_, context) => {
  const { backend, log, requestId } = context;
  const upstream = knowledgeClient(context, { timeoutMs: limitMs, triesMax: 1, requestId });
  const onTrouble = (component: string, reason: string) =>
    log.warn('component of the knowledge layer is unhealthy', { component, reason });
  const { status, takenMs } = await cachedStatus(backend, () => askComponents({ upstream, limitMs, onTrouble }));
  const age = Math.max(0, Math.floor((backend.clock.now() - takenMs) / 1000));
  return { answer: 'ok', body: status, headers: { age: String(age) } };
});
