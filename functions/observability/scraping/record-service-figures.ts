import { type Backend, isApplied } from '../../../backend/backend.ts';
import type { Figures } from './scraped-figures.ts';

/** What is to be added to the figures of a service. */
export interface ServiceFigures {
  service: string;
  /** The same for a repeat of the same batch, and for no other. */
  marker: string;
  /** When it happened, in epoch ms. */
  atMs: number;
  figures: Figures;
}

const minuteMs = 60_000;
const keptSeconds = 8 * 24 * 3600;

/** Adds figures to those of the service's minute, in one write that carries the marker: a repeat changes nothing. */
export async function recordServiceFigures(backend: Pick<Backend, 'table'>, batch: ServiceFigures): Promise<void> {
  const minute = new Date(Math.floor(batch.atMs / minuteMs) * minuteMs).toISOString();
  const set = { [batch.marker]: true, expires_at: Math.floor(batch.atMs / 1000) + keptSeconds };
  const notYet = { equals: { [batch.marker]: undefined } };
  const key = { pk: `service#${batch.service}`, sk: minute };
  await isApplied(backend.table('metrics').update(key, { set, add: batch.figures }, notYet));
}
