import type { Service } from '../../../platform/catalogue.ts';
import {
  type ContainerEngine,
  ContainerError,
  ContainerHostUnreachable,
} from '../../../platform/containers/container-engine.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { type ContainerFacts, containerFacts, isSameFacts } from '../container-facts.ts';
import { loadContainerFacts, storeContainerFacts } from '../container-facts-store.ts';
import { inspectContainersTask } from '../contract.ts';

/**
 * Looks at every service's container and keeps what is new, all hosts at once. What a host does not tell stays as it was
 * known, and is logged; one that cannot be reached is asked no more in this round.
 */
export const inspectContainers = task(inspectContainersTask, async (_: unknown, home: Home) => {
  const known = await loadContainerFacts(home.backend);
  const byHost = Map.groupBy(home.catalogue.services, ({ name }) => home.containers.engineOf(name));
  const changed = await Promise.all(
    [...byHost].map(([engine, services]) => inspectHost(engine, services, { home, known })),
  );
  return { changed: changed.reduce((sum, each) => sum + each, 0) };
});

interface Look {
  home: Home;
  known: ReadonlyMap<string, ContainerFacts | null>;
}

async function inspectHost(engine: ContainerEngine, services: Service[], look: Look): Promise<number> {
  let changed = 0;
  for (const service of services) {
    try {
      changed += (await inspectOne(engine, service, look)) ? 1 : 0;
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      look.home.log.warn('container could not be inspected', { service_name: service.name, reason: error.message });
      if (error instanceof ContainerHostUnreachable) return changed;
    }
  }
  return changed;
}

async function inspectOne(engine: ContainerEngine, { name, container }: Service, { home, known }: Look) {
  const found = await engine.inspect(container);
  const facts = found ? containerFacts(found) : null;
  const before = known.get(name);
  if (before !== undefined && isSameFacts(before, facts)) return false;
  await storeContainerFacts(home.backend, name, facts);
  return true;
}
