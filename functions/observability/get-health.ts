import { endpoint, type Home } from '../core/endpoint.ts';
import { version } from '../core/version.ts';
import { withinTime } from '../core/within-time.ts';
import { loadHealthyCount } from '../services/contract.ts';
import { getHealthContract } from './contract.ts';

/** Alive whatever becomes of the table: a figure that cannot be read is missing, and the answer is not. */
export const getHealth = endpoint(getHealthContract, async (_, context) => ({
  answer: 'ok',
  body: {
    status: 'healthy' as const,
    version,
    uptime_seconds: Math.floor((context.backend.clock.now() - context.startedMs) / 1000),
    services_healthy: await healthyCount(context),
    services_total: context.catalogue.services.length,
  },
}));

/** Null when nothing is known of the services now, or when that cannot be told in time. */
async function healthyCount({ backend, settings, log }: Home): Promise<number | null> {
  try {
    return await withinTime(loadHealthyCount(backend, settings.probeIntervalSeconds), readMs);
  } catch (error) {
    log.warn('stored health could not be read', { error: error as Error });
    return null;
  }
}

/** Half of what the answer may take. */
const readMs = 1_500;
