import type { Backend, Item, Table } from '../../backend/backend.ts';
import { isApplied } from '../../backend/backend.ts';
import { type FigureKind, type Figures, figureKinds, sumOf } from '../core/figures.ts';
import { addOnce, figuresOf } from './figure-item.ts';
import {
  allSubjects,
  hourKeptMs,
  hourKey,
  hourMs,
  hourStartMs,
  hoursBetween,
  hourText,
  minuteMs,
  minutesOf,
  partsOf,
  totalKey,
  totalsOf,
} from './figure-keys.ts';
import { firstOpenMs, type HourClosing, loadHourClosing, storeHourClosing } from './hour-closing-store.ts';
import { queryAll } from './query-all.ts';

/** What comes later than this after an hour's end, which is rare, is added to what the hour was closed with. */
const sealedAfterMs = 15 * minuteMs;

/** No function that records takes this long: who looked before the seal has written by then. */
const closedAfterSealMs = minuteMs;

/**
 * Brings the minutes of hours that are over into the hours and the totals, each exactly once. An hour is sealed first, from
 * when on nothing is added to its minutes; a run a minute later at the earliest closes it. May be killed anywhere and run
 * twice at once: every write is made once, whoever makes it.
 */
export async function closeHours({ table, clock }: Pick<Backend, 'table' | 'clock'>): Promise<void> {
  const metrics = table('metrics');
  const nowMs = clock.now();
  let closing = await loadHourClosing(metrics);
  if (nowMs - closing.sealedMs >= closedAfterSealMs) {
    for (const hour of hoursToClose(closing)) {
      await Promise.all(figureKinds.map((kind) => closeHour(metrics, kind, hour)));
      const after = { ...closing, closed: hour };
      if (!(await storeHourClosing(metrics, closing, after))) return;
      closing = after;
    }
  }
  const sealed = hourText(nowMs - hourMs - sealedAfterMs);
  if (closing.sealed === null || sealed > closing.sealed) {
    await storeHourClosing(metrics, closing, { ...closing, sealed, sealedMs: nowMs });
  }
}

/** The hours that are sealed and not closed, oldest first. */
function hoursToClose(closing: HourClosing): string[] {
  const { sealed, sealedMs } = closing;
  return sealed === null ? [] : hoursBetween(firstOpenMs(closing, sealedMs), hourStartMs(sealed));
}

async function closeHour(metrics: Table, kind: FigureKind, hour: string): Promise<void> {
  const minutes = await queryAll(metrics, { partition: minutesOf(kind, hour) });
  if (minutes.length === 0) return;
  const totals = new Map((await queryAll(metrics, { partition: totalsOf(kind) })).map((item) => [item.sk, item]));
  const expiresAt = Math.ceil((hourStartMs(hour) + hourKeptMs) / 1000);
  const closed = { marker: 'closed', expiresAt };
  const bySubject = Map.groupBy(minutes, (item) => partsOf(item).subject);
  await Promise.all(
    [...bySubject].map(async ([subject, items]) => {
      const figures = sumOf(items.map(figuresOf));
      await addOnce(metrics, hourKey(kind, subject, hour), { ...closed, figures });
      await addToTotal(metrics, { kind, subject, hour, figures, total: totals.get(subject) });
    }),
  );
  await addOnce(metrics, hourKey(kind, allSubjects, hour), { ...closed, figures: sumOf(minutes.map(figuresOf)) });
}

interface TotalChange {
  kind: FigureKind;
  subject: string;
  hour: string;
  figures: Figures;
  total: Readonly<Item> | undefined;
}

/** A total says itself up to which hour it goes, so that no hour comes to it twice. */
async function addToTotal(metrics: Table, { kind, subject, hour, figures, total }: TotalChange): Promise<void> {
  const through = total?.['through'] as string | undefined;
  if (through !== undefined && through >= hour) return;
  const changes = { add: { ...figures }, set: { through: hour } };
  await isApplied(metrics.update(totalKey(kind, subject), changes, { equals: { through } }));
}
