import { endpoint } from '../core/endpoint.ts';
import { loadHistories, loadServiceHealths } from '../services/contract.ts';
import { getHealthDashboardContract } from './contract.ts';
import { healthDashboard } from './health-dashboard.ts';

const bucketMs = { hour: 3_600_000, day: 24 * 3_600_000 };

export const getHealthDashboard = endpoint(getHealthDashboardContract, async ({ query }, context) => {
  const { backend, catalogue, settings } = context;
  const [healths, histories] = await Promise.all([loadServiceHealths(backend), loadHistories(backend)]);
  return {
    answer: 'ok',
    body: healthDashboard({
      catalogue,
      healths,
      histories,
      nowMs: backend.clock.now(),
      intervalSeconds: settings.probeIntervalSeconds,
      bucketMs: bucketMs[query.bucket],
    }),
  };
});
