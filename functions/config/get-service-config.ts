import { type ContainerEngine, ContainerError } from '../../platform/containers/container-engine.ts';
import { serviceNamed } from '../core/catalogue-service.ts';
import { endpoint } from '../core/endpoint.ts';
import { etagOf } from '../core/revision-tag.ts';
import { getServiceConfigContract } from './contract.ts';
import { loadServiceConfig } from './service-config-store.ts';
import { effectiveConfigView, serviceConfigView } from './service-config-view.ts';

export const getServiceConfig = endpoint(getServiceConfigContract, async ({ parameters }, context) => {
  const { name, container } = serviceNamed(context.catalogue, parameters.name);
  const [config, effective] = await Promise.all([
    loadServiceConfig(context.backend, name),
    effectiveOf(container, context.containers.engineOf(name)),
  ]);
  const body = { ...serviceConfigView(config), ...effective };
  return { answer: 'ok', body, headers: { etag: etagOf(config.revision) } };
});

/** What the container runs with, or why that cannot be told: what users configured is worth an answer without it. */
async function effectiveOf(container: string, engine: ContainerEngine) {
  try {
    const inspect = await engine.inspect(container);
    if (inspect) return { effective: effectiveConfigView(inspect), effective_error: null };
    return { effective: null, effective_error: `There is no container ${container} on ${engine.host}.` };
  } catch (error) {
    if (error instanceof ContainerError) return { effective: null, effective_error: error.message };
    throw error;
  }
}
