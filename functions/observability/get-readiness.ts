import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { isoTime } from '../core/schemas.ts';
import { loadServiceHealths, statusAt } from '../services/contract.ts';
import { getReadinessContract } from './contract.ts';

export const getReadiness = endpoint(getReadinessContract, async (_, { backend, catalogue, settings }) => {
  const healths = await loadServiceHealths(backend);
  const nowMs = backend.clock.now();
  const critical = catalogue.services
    .filter((service) => service.critical)
    .map(({ name }) => {
      const health = healths.get(name);
      return {
        name,
        status: statusAt(health, nowMs, settings.probeIntervalSeconds),
        reason: health?.reason ?? null,
        last_health_check: health && health.lastProbeMs !== null ? isoTime(health.lastProbeMs) : null,
      };
    });
  const missing = critical.filter(({ status }) => status !== 'healthy' && status !== 'degraded');
  if (missing.length > 0) {
    const message = `${missing.length} of ${critical.length} critical services cannot be used.`;
    throw new ApiError('SERVICE_UNAVAILABLE', { message, details: { services: missing } });
  }
  return { answer: 'ok', body: { status: 'ready' as const, services: critical } };
});
