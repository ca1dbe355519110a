import type { Service } from '../../platform/catalogue.ts';
import { loadServiceConfig, serviceConfigView } from '../config/contract.ts';
import type { Home } from '../core/endpoint.ts';
import { runningPipelinesUsing } from '../pipelines/contract.ts';
import type { RestartPreviewView } from './contract.ts';
import { dependentsOf } from './service-graph.ts';
import { loadServiceHealths } from './service-health-store.ts';
import { withStatus } from './with-status.ts';

/** What a restart of the service would touch. Nothing is changed, and its container host is not asked. */
export async function restartPreview(home: Home, { name }: Service): Promise<RestartPreviewView> {
  const { backend, catalogue } = home;
  const dependents = dependentsOf(catalogue, name).map((dependent) => dependent.name);
  const [config, healths, pipelines] = await Promise.all([
    loadServiceConfig(backend, name),
    loadServiceHealths(backend),
    runningPipelinesUsing(backend, new Set([name, ...dependents])),
  ]);
  return {
    service: name,
    dry_run: true,
    pending: serviceConfigView(config).pending,
    dependents: withStatus(dependents, healths, home),
    running_pipelines: pipelines.map(({ pipelineId, stage, service: via }) => ({
      pipeline_id: pipelineId,
      stage,
      via,
    })),
  };
}
