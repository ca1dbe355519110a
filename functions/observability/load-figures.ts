import type { Backend } from '../../backend/backend.ts';
import { type FigureKind, type Figures, sumOf } from '../core/figures.ts';
import { allSubjects, hourMs, hoursBetween, hoursOf, minuteMs, minutesOf, partsOf, totalsOf } from './figure-keys.ts';
import { type FigureRange, loadSnapshot } from './figure-snapshot.ts';

type Ports = Pick<Backend, 'table' | 'clock'>;

/** What was measured in the minute or hour that begins at this time. */
export interface Piece {
  startMs: number;
  figures: Figures;
}

interface Period {
  kind: FigureKind;
  /** Of all subjects together where left out. */
  subject?: string;
  /** From the minute on that this time is in. */
  fromMs: number;
}

/** What was measured since a time, in pieces: minutes within two hours, else minutes of the first hour and whole hours. In no order. */
export async function loadPieces({ table, clock }: Ports, period: Period): Promise<Piece[]> {
  const { fromMs } = period;
  const firstMs = fromMs - (fromMs % minuteMs);
  const items = await loadSnapshot(table('metrics'), rangesOf(period, firstMs, clock.now()));
  return items
    .map(({ key, figures }) => ({ startMs: partsOf(key).startMs, figures }))
    .filter(({ startMs }) => startMs >= firstMs);
}

/** All that was measured since a time. */
export async function loadFigures(ports: Ports, period: Period): Promise<Figures> {
  return sumOf((await loadPieces(ports, period)).map(({ figures }) => figures));
}

/** All that was ever measured, by subject, in the order of their names. No figure falls from one call to the next. */
export async function loadTotals({ table }: Ports, kind: FigureKind): Promise<Map<string, Figures>> {
  const items = await loadSnapshot(table('metrics'), [{ partition: totalsOf(kind) }]);
  return new Map(items.map(({ key, figures }) => [key.sk, figures] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Up to so many hours are read in minutes. */
const hoursInMinutes = 2;

/** It looks an hour ahead, for what was measured by a clock that is. */
function rangesOf({ kind, subject = allSubjects }: Period, firstMs: number, nowMs: number): FigureRange[] {
  const hours = hoursBetween(firstMs, nowMs + hourMs);
  const inMinutes = hours.slice(0, hours.length <= hoursInMinutes + 1 ? hours.length : 1);
  const inHours = hours.slice(inMinutes.length);
  const days = new Set(inHours.map((hour) => hour.slice(0, 10)));
  // The time follows `#`, and `$` is the next character after it.
  const before = `${subject}$`;
  return [
    ...inMinutes.map((hour) => ({ partition: minutesOf(kind, hour), from: `${subject}#`, before })),
    ...[...days].map((day) => ({ partition: hoursOf(kind, day), from: `${subject}#${inHours[0]}`, before })),
  ];
}
