import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reading } from '../../../functions/core/figures.ts';
import { closeHours } from '../../../functions/observability/close-hours.ts';
import { hourMs, minuteMs } from '../../../functions/observability/figure-keys.ts';
import { loadFigures, loadPieces, loadTotals } from '../../../functions/observability/load-figures.ts';
import { recordReadings } from '../../../functions/observability/record-readings.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

let batches = 0;
const record = (readings: Reading[], marker = `batch-${batches++}`) => recordReadings(home.backend, marker, readings);

function requests(count: number, subject = 'getHealth', atMs = home.clock.now()): Reading {
  return { kind: 'requests', subject, atMs, figures: { status_200: count } };
}

const counted = async (fromMs: number, subject?: string) =>
  (await loadFigures(home.backend, { kind: 'requests', fromMs, ...(subject && { subject }) }))['status_200'];
const total = async (subject = 'getHealth') =>
  (await loadTotals(home.backend, 'requests')).get(subject)?.['status_200'];

/** Lets an hour and a quarter go by, in steps at which the hours are closed as the schedule does. */
async function hourGoesBy(): Promise<void> {
  for (let minutes = 0; minutes < 75; minutes += 5) {
    home.clock.advance(5 * minuteMs);
    await closeHours(home.backend);
  }
}

describe('readings', () => {
  it('of one minute add up, whoever took them', async () => {
    await Promise.all([record([requests(2)]), record([requests(3)]), record([requests(1, 'getReadiness')])]);
    const since = home.clock.now();
    expect([await counted(since), await counted(since, 'getHealth'), await total()]).toEqual([6, 5, 5]);
  });

  it('that are recorded twice count once', async () => {
    const batch = [requests(2), requests(5, 'getReadiness'), requests(1)];
    await record(batch, 'the same');
    await record(batch, 'the same');
    expect(await counted(home.clock.now())).toBe(8);
  });

  it('of a batch that was half recorded when its process died are completed by its repetition', async () => {
    const [first, second] = [requests(2), requests(5, 'getReadiness')];
    await record([first], 'the same');
    await record([first, second], 'the same');
    expect(await counted(home.clock.now())).toBe(7);
  });

  it('from before the time asked for do not count', async () => {
    await record([requests(2)]);
    home.clock.advance(2 * minuteMs);
    await record([requests(3)]);
    expect(await counted(home.clock.now())).toBe(3);
  });
});

describe('an hour that is over', () => {
  it('is closed with all that was measured in it', async () => {
    const startMs = home.clock.now();
    for (const count of [1, 2, 4]) {
      await record([requests(count), requests(10, 'getReadiness')]);
      home.clock.advance(10 * minuteMs);
    }
    await hourGoesBy();
    const hourStartMs = startMs - (startMs % hourMs);
    const pieces = await loadPieces(home.backend, { kind: 'requests', subject: 'getHealth', fromMs: hourStartMs });
    expect(pieces).toEqual([{ startMs: hourStartMs, figures: { status_200: 7 } }]);
    expect([await counted(hourStartMs), await total(), await total('getReadiness')]).toEqual([37, 7, 30]);
  });

  it('gives its minutes to those who ask for a part of it', async () => {
    await record([requests(1)]);
    home.clock.advance(10 * minuteMs);
    const laterMs = home.clock.now();
    await record([requests(2)]);
    await hourGoesBy();
    await hourGoesBy();
    expect(await counted(laterMs)).toBe(2);
  });

  it('counts once, though it is closed twice at once', async () => {
    await record([requests(3)]);
    home.clock.advance(90 * minuteMs);
    await closeHours(home.backend);
    home.clock.advance(5 * minuteMs);
    await Promise.all([closeHours(home.backend), closeHours(home.backend)]);
    expect([await counted(home.clock.now() - 3 * hourMs), await total()]).toEqual([3, 3]);
  });

  it('takes what comes late, once, also when the late comes twice', async () => {
    const late = requests(5);
    await record([requests(1)]);
    await hourGoesBy();
    await hourGoesBy();
    await record([late], 'late');
    await record([late], 'late');
    const since = late.atMs - (late.atMs % hourMs);
    expect([await counted(since), await counted(since, 'getHealth'), await total()]).toEqual([6, 6, 6]);
  });

  it('takes what comes between its sealing and its closing', async () => {
    const late = requests(5);
    await record([requests(1)]);
    home.clock.advance(90 * minuteMs);
    await closeHours(home.backend);
    await record([late]);
    home.clock.advance(5 * minuteMs);
    await closeHours(home.backend);
    const since = late.atMs - (late.atMs % hourMs);
    expect([await counted(since), await total()]).toEqual([6, 6]);
  });

  it('takes what was measured in it and recorded some minutes after its end', async () => {
    const reading = requests(2);
    home.clock.advance(9 * minuteMs);
    await record([reading]);
    await hourGoesBy();
    expect(await total()).toBe(2);
  });
});

describe('totals', () => {
  it('never fall, at no write of a closing', async () => {
    const seen: number[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      await record([requests(1)]);
      const before = await total();
      await hourGoesBy();
      seen.push(before ?? 0, (await total()) ?? 0);
    }
    expect(seen).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('are right after days in which nothing was closed', async () => {
    await record([requests(1)]);
    await hourGoesBy();
    await record([requests(2)]);
    home.clock.advance(50 * hourMs);
    await record([requests(4)]);
    expect(await total()).toBe(7);
    await closeHours(home.backend);
    home.clock.advance(5 * minuteMs);
    await closeHours(home.backend);
    expect([await total(), await counted(home.clock.now() - 60 * hourMs)]).toEqual([7, 7]);
  });
});
