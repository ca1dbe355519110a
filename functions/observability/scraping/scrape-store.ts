import { type Backend, type Item, isApplied } from '../../../backend/backend.ts';
import { queryAll } from '../../core/query-all.ts';
import { neverScraped, type ScrapeState } from './scrape-state.ts';

const pk = 'scrape';
const roundKey = { pk: 'scrape-round', sk: 'last' };

type Tables = Pick<Backend, 'table'>;

/** The state of every service that was ever scraped, by name. */
export async function loadScrapeStates(backend: Tables): Promise<Map<string, ScrapeState>> {
  const items = await queryAll(backend.table('metrics'), { partition: pk });
  return new Map(items.map((item) => [item.sk, stateOf(item)]));
}

/** Stores a state that was made of `before`, in one write. False, changing nothing, when somebody else wrote in between. */
export function storeScrapeState(
  backend: Tables,
  service: string,
  { before, after }: { before: ScrapeState; after: ScrapeState },
): Promise<boolean> {
  const unchanged = before === neverScraped ? { exists: false } : { equals: { revision: before.revision } };
  return isApplied(backend.table('metrics').put({ pk, sk: service, ...after }, unchanged));
}

/**
 * Up to which revision what a service did is known to be recorded, by service. One item for all: it spares each service a
 * second write. What is missing in it is recorded again, which changes nothing.
 */
export async function loadRecorded(backend: Tables): Promise<Record<string, number>> {
  const item = await backend.table('metrics').get(roundKey);
  return (item?.['recorded'] ?? {}) as Record<string, number>;
}

export async function storeRecorded(backend: Tables, recorded: Record<string, number>): Promise<void> {
  await backend.table('metrics').put({ ...roundKey, recorded });
}

function stateOf({ pk: _pk, sk: _sk, ...fields }: Item): ScrapeState {
  return { ...neverScraped, ...fields };
}
