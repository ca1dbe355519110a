import { endpoint } from '../core/endpoint.ts';
import { loadContainerFacts } from './container-facts-store.ts';
import { listServicesContract } from './contract.ts';
import { loadServiceHealths } from './service-health-store.ts';
import { serviceView, statusCounts } from './service-view.ts';

export const listServices = endpoint(listServicesContract, async ({ query }, { backend, catalogue, settings }) => {
  const [healths, containers] = await Promise.all([loadServiceHealths(backend), loadContainerFacts(backend)]);
  const now = { nowMs: backend.clock.now(), intervalSeconds: settings.probeIntervalSeconds };
  const all = catalogue.services.map((service) =>
    serviceView(service, { ...now, health: healths.get(service.name), facts: containers.get(service.name) }),
  );
  const services = all.filter(
    ({ tier, status }) => tier === (query.tier ?? tier) && status === (query.status ?? status),
  );
  return { answer: 'ok', body: { services, summary: statusCounts(all) } };
});
