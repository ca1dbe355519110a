import type { Backend } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { countHeld, lockKinds } from '../core/locks.ts';
import { countRunning } from '../pipelines/contract.ts';
import { loadServiceHealths } from '../services/contract.ts';
import { loadTotals } from './load-figures.ts';
import { getMetricsContract } from './metrics-contracts.ts';
import { families, type PlatformFigures } from './platform-figures.ts';
import { prometheusText } from './prometheus-text.ts';

export const getMetrics = endpoint(getMetricsContract, async (_, { backend, catalogue, settings }) => {
  const stored = await loadStored(backend);
  const { probeIntervalSeconds: intervalSeconds } = settings;
  const figures = { ...stored, catalogue, intervalSeconds, nowMs: backend.clock.now() };
  return { answer: 'ok', body: await prometheusText(families(figures)) };
});

const kinds = ['requests', 'deliveries', 'pipelines', 'stages', 'executions'] as const;

async function loadStored(backend: Backend): Promise<Omit<PlatformFigures, 'catalogue' | 'intervalSeconds' | 'nowMs'>> {
  const [healths, pipelinesRunning, locks, totals] = await Promise.all([
    loadServiceHealths(backend),
    countRunning(backend),
    Promise.all(lockKinds.map(async (kind) => [kind, await countHeld(backend, kind)] as const)),
    loadTotals(backend, kinds),
  ]);
  return { healths, pipelinesRunning, locks: new Map(locks), ...totals };
}
