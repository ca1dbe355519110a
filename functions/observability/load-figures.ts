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

/** All that was measured since a time, of each kind. */
export async function loadFigures<Kind extends FigureKind>(
  { table, clock }: Ports,
  kinds: readonly Kind[],
  fromMs: number,
): Promise<Record<Kind, Figures>> {
  const firstMs = fromMs - (fromMs % minuteMs);
  const ranges = new Map(kinds.map((kind) => [kind, rangesOf({ kind, fromMs }, firstMs, clock.now())]));
  const items = await loadSnapshot(table('metrics'), [...ranges.values()].flat());
  const figuresOf = (kind: Kind) => {
    const partitions = new Set(ranges.get(kind)?.map(({ partition }) => partition));
    const own = items.filter(({ key }) => partitions.has(key.pk) && partsOf(key).startMs >= firstMs);
    return sumOf(own.map(({ figures }) => figures));
  };
  return Object.fromEntries(kinds.map((kind) => [kind, figuresOf(kind)])) as Record<Kind, Figures>;
}

/** All that was ever measured of some kinds, by subject, in the order of their names. No figure falls from one call to the next. */
export async function loadTotals<Kind extends FigureKind>(
  { table }: Ports,
  kinds: readonly Kind[],
): Promise<Record<Kind, Map<string, Figures>>> {
  const items = await loadSnapshot(
    table('metrics'),
    kinds.map((kind) => ({ partition: totalsOf(kind) })),
  );
  const totalsBy = (kind: Kind) =>
    items
      .filter(({ key }) => key.pk === totalsOf(kind))
      .map(({ key, figures }) => [key.sk, figures] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(kinds.map((kind) => [kind, new Map(totalsBy(kind))])) as Record<Kind, Map<string, Figures>>;
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
