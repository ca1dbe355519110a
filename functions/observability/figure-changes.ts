import type { Key } from '../../backend/backend.ts';
import { type Figures, type Reading, sumOf } from '../core/figures.ts';
import { type FigurePlace, placesOf } from './figure-keys.ts';

/** What readings add to one item. */
export interface FigureChange extends FigurePlace {
  figures: Figures;
}

/** What readings add, one change for each item that they add to, as far as its key is wanted. */
export function changesOf(readings: readonly Reading[], isWanted: (key: Key) => boolean = () => true): FigureChange[] {
  const all = readings.flatMap((reading) =>
    placesOf(reading)
      .filter(({ key }) => isWanted(key))
      .map((place) => ({ ...place, figures: reading.figures })),
  );
  const byItem = Map.groupBy(all, ({ key }) => keyText(key));
  return [...byItem.values()].map((changes) => ({
    ...(changes[0] as FigureChange),
    figures: sumOf(changes.map(({ figures }) => figures)),
  }));
}

/** One reading for each kind, subject and minute, which adds what all of these add. */
export function perMinute(readings: readonly Reading[]): Reading[] {
  const groups = Map.groupBy(readings, (reading) => keyText((placesOf(reading)[0] as FigurePlace).key));
  return [...groups.values()].map((group) => ({
    ...(group[0] as Reading),
    figures: sumOf(group.map(({ figures }) => figures)),
  }));
}

/** A key as one text, for maps. */
export function keyText({ pk, sk }: Key): string {
  return JSON.stringify([pk, sk]);
}
