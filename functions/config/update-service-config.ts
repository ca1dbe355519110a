import { serviceNamed } from '../core/catalogue-service.ts';
import { endpoint } from '../core/endpoint.ts';
import { ApiError, validationError } from '../core/errors.ts';
import { etagOf, isNamed } from '../core/revision-tag.ts';
import { announceRevisions } from './announce-revisions.ts';
import { updateServiceConfigContract } from './contract.ts';
import { changesBytesMax, isTooLarge, type StoredConfig, withChange } from './service-config.ts';
import { changeServiceConfig, loadServiceConfig } from './service-config-store.ts';
import { serviceConfigView } from './service-config-view.ts';

/** Earlier changes are announced first, so that no more than the changes of one moment wait for their events. */
export const updateServiceConfig = endpoint(
  updateServiceConfigContract,
  async ({ parameters, headers, body }, { backend, catalogue, log }) => {
    const { name } = serviceNamed(catalogue, parameters.name);
    const change = { environment: body.environment ?? {}, resources: body.resources ?? {} };
    await announceRevisions(backend, await loadServiceConfig(backend, name));
    const config = await changeServiceConfig(backend, name, (before) => {
      if (!isNamed(before.revision, headers['if-match'])) throw overtaken(before);
      const after = withChange(before, change, backend.clock.now());
      if (after !== before && isTooLarge(after)) throw tooLarge();
      return after;
    });
    await announceRevisions(backend, config);
    log.info('service configuration set', { service_name: name, revision: config.revision });
    return { answer: 'ok', body: serviceConfigView(config), headers: { etag: etagOf(config.revision) } };
  },
);

function overtaken({ revision }: StoredConfig): ApiError {
  return new ApiError('PRECONDITION_FAILED', { details: { revision }, headers: { etag: etagOf(revision) } });
}

function tooLarge(): ApiError {
  const message = `must not bring all that is configured of the service beyond ${changesBytesMax / 1024} KiB`;
  return validationError([{ path: 'body', message }]);
}
