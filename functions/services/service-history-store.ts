import type { Backend, Item } from '../../backend/backend.ts';
import { loadPartition } from '../core/load-partition.ts';
import { untilUnchanged } from '../core/revision.ts';
import { type HourRecord, noHistory, type ServiceHistory, withHour } from './service-history.ts';

const pk = 'history';

type Tables = Pick<Backend, 'table'>;

/** The histories of all services that have one, by name. */
export async function loadHistories(backend: Tables): Promise<Map<string, ServiceHistory>> {
  const items = await loadPartition(backend, pk);
  return new Map([...items].map(([service, item]) => [service, historyOf(item)]));
}

/** The history of one service; an empty one before its first hour is over. */
export async function loadHistory(backend: Tables, service: string): Promise<ServiceHistory> {
  const item = await backend.table('services').get({ pk, sk: service });
  return item ? historyOf(item) : noHistory;
}

/** Adds a finished hour. Adding it again, as after a crash, replaces it. */
export async function addHour(backend: Tables, service: string, record: HourRecord): Promise<void> {
  await untilUnchanged(async () => {
    const key = { pk, sk: service };
    const item = await backend.table('services').get(key);
    const writes = (item?.['writes'] as number | undefined) ?? 0;
    const { hours, days } = withHour(item ? historyOf(item) : noHistory, record);
    const unchanged = item ? { equals: { writes } } : { exists: false };
    await backend.table('services').put(
      {
        ...key,
        hours: hours.map(({ hour, ...watched }) => compact(hour, watched)),
        days: days.map(({ day, ...watched }) => compact(day, watched)),
        writes: writes + 1,
      },
      unchanged,
    );
  });
}

/** Some 250 records for each service: as lists they take a third of what objects would. */
type Compact = [number, number, number, ServiceHistory['hours'][number]['worst']];

function compact(at: number, { watchedMs, upMs, worst }: Omit<HourRecord, 'hour'>): Compact {
  return [at, watchedMs, upMs, worst];
}

function historyOf(item: Item): ServiceHistory {
  const hours = (item['hours'] as Compact[]).map(([hour, watchedMs, upMs, worst]) => ({
    hour,
    watchedMs,
    upMs,
    worst,
  }));
  const days = (item['days'] as Compact[]).map(([day, watchedMs, upMs, worst]) => ({ day, watchedMs, upMs, worst }));
  return { hours, days };
}
