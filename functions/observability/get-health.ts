import { endpoint } from '../core/endpoint.ts';
import { version } from '../core/version.ts';
import { getHealthContract } from './contract.ts';

/** No I/O: liveness must not hang on anything else. */
export const getHealth = endpoint(getHealthContract, async (_, { backend, startedMs, catalogue }) => ({
  answer: 'ok',
  body: {
    status: 'healthy' as const,
    version,
    uptime_seconds: Math.floor((backend.clock.now() - startedMs) / 1000),
    services_healthy: null,
    services_total: catalogue.services.length,
  },
}));
