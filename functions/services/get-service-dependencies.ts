import type { Catalogue } from '../../platform/catalogue.ts';
import { serviceNamed } from '../core/catalogue-service.ts';
import { endpoint } from '../core/endpoint.ts';
import { type DependenciesView, getServiceDependenciesContract } from './contract.ts';
import { dependenciesOf, dependentsOf, type Related, rootCauseOf } from './service-graph.ts';
import { type ServiceStatus, statusAt, troubleIn } from './service-health.ts';
import { loadServiceHealths } from './service-health-store.ts';

export const getServiceDependencies = endpoint(getServiceDependenciesContract, async ({ parameters }, context) => {
  const { catalogue, backend, settings } = context;
  const { name } = serviceNamed(catalogue, parameters.name);
  const healths = await loadServiceHealths(backend);
  const nowMs = backend.clock.now();
  const statusOf = (service: string) => statusAt(healths.get(service), nowMs, settings.probeIntervalSeconds);
  const dependencies = dependenciesOf(catalogue, name);
  const dependents = dependentsOf(catalogue, name);
  return {
    answer: 'ok',
    body: {
      service: name,
      status: statusOf(name),
      depends_on: byReach(dependencies, statusOf),
      depended_on_by: byReach(dependents, statusOf),
      root_cause: rootCauseOf(catalogue, name, (service) => troubleIn(statusOf(service))),
      graph: graphView(catalogue, statusOf, [
        { name, distance: 0, relation: 'self' },
        ...dependencies.map((related) => ({ ...related, relation: 'dependency' as const })),
        ...dependents.map((related) => ({ ...related, relation: 'dependent' as const })),
      ]),
    },
  };
});

type StatusOf = (service: string) => ServiceStatus;

/** Direct ones, and those that are reached through others. */
function byReach(related: Related[], statusOf: StatusOf) {
  const linked = related.map(({ name, distance }) => ({ distance, link: { name, status: statusOf(name) } }));
  return {
    direct: linked.filter(({ distance }) => distance === 1).map(({ link }) => link),
    transitive: linked.filter(({ distance }) => distance > 1).map(({ link }) => link),
  };
}

type Relation = DependenciesView['graph']['nodes'][number]['relation'];

/** The services in relation to the one asked for, in the catalogue's order, and what leads from one of them to another. */
function graphView(
  { services }: Catalogue,
  statusOf: StatusOf,
  related: (Related & { relation: Relation })[],
): DependenciesView['graph'] {
  const relations = new Map(related.map((each) => [each.name, each]));
  const nodes = services.flatMap(({ name, tier, critical }) => {
    const found = relations.get(name);
    return found ? [{ tier, critical, status: statusOf(name), ...found }] : [];
  });
  const edges = services.flatMap(({ name: from, depends_on }) =>
    relations.has(from) ? depends_on.filter((to) => relations.has(to)).map((to) => ({ from, to })) : [],
  );
  return { nodes, edges };
}
