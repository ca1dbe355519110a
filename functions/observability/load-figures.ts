import type { Backend, Item } from '../../backend/backend.ts';
import { type FigureKind, type Figures, sumOf } from '../core/figures.ts';
import { figuresOf } from './figure-item.ts';
import {
  allSubjects,
  hourStartMs,
  hoursBetween,
  hoursOf,
  hourText,
  minutesOf,
  partsOf,
  totalsOf,
} from './figure-keys.ts';
import { firstOpenMs, loadHourClosing } from './hour-closing-store.ts';
import { queryAll } from './query-all.ts';

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

/** What was measured since a time, in pieces: whole hours where these are closed, else minutes. In no order. */
export async function loadPieces({ table, clock }: Ports, { kind, subject, fromMs }: Period): Promise<Piece[]> {
  const metrics = table('metrics');
  const firstMinuteMs = fromMs - (fromMs % 60_000);
  const { closed } = await loadHourClosing(metrics);
  const hours = hoursBetween(firstMinuteMs, clock.now());
  const isWhole = (hour: string) => closed !== null && hour <= closed && hourStartMs(hour) >= firstMinuteMs;
  const range = subject === undefined ? {} : rangeOf(subject);
  const [ofMinutes, ofHours] = await Promise.all([
    inParallel(
      hours.filter((hour) => !isWhole(hour)),
      (hour) => queryAll(metrics, { partition: minutesOf(kind, hour), ...range }),
    ),
    inParallel(daysOf(hours.filter(isWhole)), (day) =>
      queryAll(metrics, { partition: hoursOf(kind, day), ...rangeOf(subject ?? allSubjects) }),
    ),
  ]);
  const pieces = [...ofMinutes, ...ofHours.filter((item) => isWhole(hourText(partsOf(item).startMs)))].map(pieceOf);
  return pieces.filter(({ startMs }) => startMs >= firstMinuteMs);
}

/** All that was measured since a time. */
export async function loadFigures(ports: Ports, period: Period): Promise<Figures> {
  return sumOf((await loadPieces(ports, period)).map(({ figures }) => figures));
}

/**
 * All that was ever measured, by subject: totals of the closed hours and what came after. They never fall, whatever is closed
 * or recorded meanwhile: minutes are read before the totals, and a total says which of them it has taken in.
 */
export async function loadTotals({ table, clock }: Ports, kind: FigureKind): Promise<Map<string, Figures>> {
  const metrics = table('metrics');
  const nowMs = clock.now();
  const firstMs = firstOpenMs(await loadHourClosing(metrics), nowMs);
  const minutes = await inParallel(hoursBetween(firstMs, nowMs), (hour) =>
    queryAll(metrics, { partition: minutesOf(kind, hour) }),
  );
  const totals = await queryAll(metrics, { partition: totalsOf(kind) });
  const through = new Map(totals.map((item) => [item.sk, item['through'] as string | undefined]));
  const after = minutes.map((item) => ({ ...partsOf(item), figures: figuresOf(item) }));
  const parts = [
    ...totals.map((item) => ({ subject: item.sk, figures: figuresOf(item) })),
    ...after.filter(({ subject, startMs }) => hourText(startMs) > (through.get(subject) ?? '')),
  ];
  const bySubject = Map.groupBy(parts, ({ subject }) => subject);
  return new Map([...bySubject].map(([subject, own]) => [subject, sumOf(own.map(({ figures }) => figures))]));
}

function pieceOf(item: Readonly<Item>): Piece {
  return { startMs: partsOf(item).startMs, figures: figuresOf(item) };
}

/** The sort keys of one subject: `#` and the time follow its name, and `$` is the next character after `#`. */
function rangeOf(subject: string): { from: string; before: string } {
  return { from: `${subject}#`, before: `${subject}$` };
}

function daysOf(hours: string[]): string[] {
  return [...new Set(hours.map((hour) => hour.slice(0, 10)))];
}

async function inParallel<T>(parts: string[], load: (part: string) => Promise<T[]>): Promise<T[]> {
  return (await Promise.all(parts.map(load))).flat();
}
