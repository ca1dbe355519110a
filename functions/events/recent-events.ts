import type { Backend } from '../../backend/backend.ts';
import { eventView } from './event-log.ts';

/** The newest events about a service, newest first. */
export async function recentEventsOf(backend: Pick<Backend, 'table'>, service: string, limit: number) {
  const page = await backend.table('events').query({ index: 'by_service', partition: service, limit });
  return page.items.map(eventView);
}
