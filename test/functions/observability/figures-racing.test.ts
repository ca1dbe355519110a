import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import { foldReadings } from '../../../functions/observability/fold-readings.ts';
import { loadTotals } from '../../../functions/observability/load-figures.ts';
import { recordReadings } from '../../../functions/observability/record-readings.ts';
import { Death } from '../pipelines/dying-backend.ts';
import { type Rows, racingTable, randomBy } from './racing-table.ts';

/** Longer than a fold waits for more to come. */
const foldPauseMs = 400_000;

const countIn = (totals: Map<string, { count?: number }>) =>
  [...totals.values()].reduce((sum, { count = 0 }) => sum + count, 0);

/** Recorders, folders that die and readers, all at once, on one table; and how many were recorded. */
async function race(seed: number) {
  const random = randomBy(seed);
  const longTurns = 200 + (seed % 4) * 600;
  const rows: Rows = new Map();
  let nowMs = 1_736_937_000_000;
  let isOver = false;
  let recorded = 0;
  const seen: { total: number; possible: number }[][] = [];
  const backendOf = (writesMax?: number) => {
    const table = racingTable(rows, { random, longTurns, ...(writesMax === undefined ? {} : { writesMax }) });
    return { table: () => table, clock: { now: () => nowMs } } as unknown as Backend;
  };

  /** Each batch comes several times: after a death, at once, and later. */
  async function record(recorder: number) {
    for (let batch = 0; batch < 12; batch += 1) {
      const reading = { kind: 'requests', subject: `${batch % 2}`, atMs: nowMs, figures: { count: 1 } } as const;
      const once = (writesMax?: number) => recordReadings(backendOf(writesMax), `${recorder}-${batch}`, [reading]);
      recorded += 1;
      if (random() < 0.3) await survived(once(0));
      await Promise.all(random() < 0.3 ? [once(), once()] : [once()]);
      if (random() < 0.3) await once();
    }
  }
  async function fold() {
    while (!isOver) {
      nowMs += foldPauseMs;
      const writesMax = random() < 0.4 ? undefined : Math.floor(random() * 30);
      await survived(foldReadings(backendOf(writesMax), { deadlineMs: Number.POSITIVE_INFINITY }));
      await turn();
    }
  }
  async function read() {
    const own: { total: number; possible: number }[] = [];
    seen.push(own);
    while (!isOver) {
      const total = countIn((await loadTotals(backendOf(), ['requests'])).requests);
      own.push({ total, possible: recorded });
    }
  }
  const others = [fold(), fold(), fold(), read(), read()];
  await Promise.all([record(1), record(2)]);
  isOver = true;
  await Promise.all(others);
  for (let run = 0; run < 3; run += 1) {
    nowMs += foldPauseMs;
    await foldReadings(backendOf(), { deadlineMs: Number.POSITIVE_INFINITY });
  }
  const stored = [...rows.values()].filter(({ pk }) => pk === 'requests#total');
  const folded = stored.reduce((sum, { figures }) => sum + (figures as { count: number }).count, 0);
  return { recorded, folded, seen, waiting: [...rows.values()].filter(({ pk }) => pk.startsWith('inbox#')) };
}

async function survived(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Death)) throw error;
  });
}

it.each(Array.from({ length: 30 }, (_, seed) => seed))(
  'whoever records, folds, reads and dies at once: each reading counts once, and no total falls (%i)',
  async (seed) => {
    const { recorded, folded, seen, waiting } = await race(seed);
    expect({ folded, waiting }).toEqual({ folded: recorded, waiting: [] });
    for (const own of seen) {
      const totals = own.map(({ total }) => total);
      expect(totals).toEqual(totals.toSorted((one, other) => one - other));
      for (const { total, possible } of own) expect(total).toBeLessThanOrEqual(possible);
    }
  },
);
