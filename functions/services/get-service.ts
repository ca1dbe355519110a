import type { ContainerInspectInfo } from 'dockerode';
import { readinessPath, type Service, serviceUrl } from '../../platform/catalogue.ts';
import { ContainerError, type ContainerUsage } from '../../platform/containers/container-engine.ts';
import { effectiveConfigView, loadServiceConfig, serviceConfigView } from '../config/contract.ts';
import { serviceNamed } from '../core/catalogue-service.ts';
import { endpoint, type Home } from '../core/endpoint.ts';
import { isoTime } from '../core/schemas.ts';
import { recentEventsOf } from '../events/contract.ts';
import { type ContainerFacts, containerFacts } from './container-facts.ts';
import { loadFactsOfContainer } from './container-facts-store.ts';
import { getServiceContract, type RuntimeView } from './contract.ts';
import { dependentsOf } from './service-graph.ts';
import { loadServiceHealths } from './service-health-store.ts';
import { uptimeOver } from './service-history.ts';
import { loadHistory } from './service-history-store.ts';
import { serviceView } from './service-view.ts';
import { withStatus } from './with-status.ts';

const dayMs = 24 * 3_600_000;

export const getService = endpoint(getServiceContract, async ({ parameters }, context) => {
  const { backend, catalogue, settings } = context;
  const service = serviceNamed(catalogue, parameters.name);
  const { name, metrics } = service;
  const [healths, history, config, events, container] = await Promise.all([
    loadServiceHealths(backend),
    loadHistory(backend, name),
    loadServiceConfig(backend, name),
    recentEventsOf(backend, name, 10),
    lookAt(service, context),
  ]);
  const nowMs = backend.clock.now();
  const health = healths.get(name);
  const { inspect, facts, runtime, error } = container;
  const dependents = dependentsOf(catalogue, name).filter(({ distance }) => distance === 1);
  return {
    answer: 'ok',
    body: {
      ...serviceView(service, {
        health,
        facts,
        nowMs,
        intervalSeconds: settings.probeIntervalSeconds,
      }),
      url: serviceUrl(service),
      probe: service.probe,
      readiness: readinessPath(service) ?? null,
      metrics_path: metrics ?? null,
      container_host: service.docker_host ?? settings.dockerHost,
      runtime,
      runtime_error: error,
      configuration: { ...serviceConfigView(config), effective: inspect ? effectiveConfigView(inspect) : null },
      dependencies: withStatus(service.depends_on, healths, context),
      dependents: withStatus(
        dependents.map((dependent) => dependent.name),
        healths,
        context,
      ),
      probes: (health?.recent ?? []).map(({ atMs, result, latencyMs }) => ({
        timestamp: isoTime(atMs),
        result,
        latency_ms: latencyMs,
      })),
      uptime: {
        last_24h: uptimeOver(history, health, nowMs, dayMs),
        last_7d: uptimeOver(history, health, nowMs, 7 * dayMs),
      },
      recent_events: events,
    },
  };
});

interface Sight {
  facts: ContainerFacts | null | undefined;
  inspect: ContainerInspectInfo | undefined;
  runtime: RuntimeView | null;
  error: string | null;
}

/**
 * The container now, or why it cannot be seen: what else is known of the service is worth an answer without it, as is
 * what was last seen of its container.
 */
async function lookAt({ name, container }: Service, { backend, containers }: Home): Promise<Sight> {
  const engine = containers.engineOf(name);
  try {
    const inspect = await engine.inspect(container);
    if (!inspect)
      return { facts: null, inspect, runtime: null, error: `There is no container ${container} on ${engine.host}.` };
    const usage = inspect.State.Running ? await engine.usage(container).catch(nothingTold) : noUsage;
    return { facts: containerFacts(inspect), inspect, runtime: runtimeView(inspect, usage), error: null };
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error;
    const facts = await loadFactsOfContainer(backend, name);
    return { facts, inspect: undefined, runtime: null, error: error.message };
  }
}

const noUsage: ContainerUsage = { memoryBytes: null, cpuPercent: null };

/** Measuring takes an engine a second or two, and a busy one more: the rest is worth an answer without it. */
function nothingTold(error: unknown): ContainerUsage {
  if (error instanceof ContainerError) return noUsage;
  throw error;
}

function runtimeView(inspect: ContainerInspectInfo, { memoryBytes, cpuPercent }: ContainerUsage): RuntimeView {
  const { id, image, state, startedMs, restarts } = containerFacts(inspect);
  return {
    id,
    image,
    state,
    health: inspect.State.Health?.Status ?? null,
    started_at: startedMs === null ? null : isoTime(startedMs),
    restarts,
    memory_bytes: memoryBytes,
    memory_limit_bytes: inspect.HostConfig.Memory || null,
    cpu_percent: cpuPercent,
  };
}
