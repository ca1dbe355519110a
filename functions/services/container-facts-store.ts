import type { Backend, Item } from '../../backend/backend.ts';
import { loadPartition } from '../core/load-partition.ts';
import type { ContainerFacts } from './container-facts.ts';

const pk = 'container';

type Tables = Pick<Backend, 'table'>;

/** What was last seen of the containers, by service; null where a host said that there is none. */
export async function loadContainerFacts(backend: Tables): Promise<Map<string, ContainerFacts | null>> {
  const items = await loadPartition(backend, pk);
  return new Map([...items].map(([service, item]) => [service, factsOf(item)]));
}

/** What was last seen of one service's container; undefined before anything was. */
export async function loadFactsOfContainer(
  backend: Tables,
  service: string,
): Promise<ContainerFacts | null | undefined> {
  const item = await backend.table('services').get({ pk, sk: service });
  return item && factsOf(item);
}

/** Keeps what was seen of a service's container; null: that there is none. */
export async function storeContainerFacts(
  backend: Tables,
  service: string,
  facts: ContainerFacts | null,
): Promise<void> {
  await backend.table('services').put({ pk, sk: service, facts });
}

function factsOf({ facts }: Item): ContainerFacts | null {
  return facts as ContainerFacts | null;
}
