import { readinessPath, type Service, serviceUrl } from '../../platform/catalogue.ts';
import { endpoint } from '../core/endpoint.ts';
import type { FunctionSettings } from '../core/settings.ts';
import { version } from '../core/version.ts';
import { getConfigContract } from './contract.ts';
import { mask } from './secrecy.ts';
import { pendingChange, type StoredConfig } from './service-config.ts';
import { loadServiceConfigs } from './service-config-store.ts';

export const getConfig = endpoint(getConfigContract, async (_, { backend, catalogue, settings }) => {
  const configs = await loadServiceConfigs(backend);
  const services = catalogue.services.map((service) => ({
    ...serviceView(service, settings.dockerHost),
    ...stateOf(configs.get(service.name)),
  }));
  return { answer: 'ok', body: { version, token: mask, ...settingsView(settings), services } };
});

function settingsView(settings: FunctionSettings) {
  const limits = Object.entries(settings.rateLimits).map(([category, { limit, windowSeconds }]) => [
    category,
    { limit, window_seconds: windowSeconds },
  ]);
  return {
    rate_limits: Object.fromEntries(limits),
    pipelines: { stage_deadline_seconds: settings.stageDeadlineSeconds, monitor_seconds: settings.monitorSeconds },
    health: {
      probe_interval_seconds: settings.probeIntervalSeconds,
      probe_timeout_ms: settings.probeTimeoutMs,
      probe_slow_ms: settings.probeSlowMs,
      public_probes: settings.publicProbes,
    },
    restart_timeout_seconds: settings.restartTimeoutSeconds,
    upstream_timeout_ms: settings.upstreamTimeoutMs,
    docker_host: settings.dockerHost,
    log_level: settings.logLevel,
  };
}

function serviceView(service: Service, dockerHost: string) {
  return {
    name: service.name,
    container: service.container,
    port: service.port,
    tier: service.tier,
    critical: service.critical,
    depends_on: service.depends_on,
    url: serviceUrl(service),
    probe: service.probe,
    readiness: readinessPath(service) ?? null,
    metrics: service.metrics ?? null,
    docker_host: service.docker_host ?? dockerHost,
  };
}

function stateOf(config: StoredConfig | undefined) {
  if (!config) return { revision: 0, has_pending_changes: false };
  return { revision: config.revision, has_pending_changes: pendingChange(config) !== undefined };
}
