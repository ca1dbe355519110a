import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Reading, sumOf } from '../../../functions/core/figures.ts';
import { hourMs, minuteMs } from '../../../functions/observability/figure-keys.ts';
import { foldReadings } from '../../../functions/observability/fold-readings.ts';
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

const counted = async (fromMs: number, subject?: string) => {
  const pieces = await loadPieces(home.backend, { kind: 'requests', fromMs, ...(subject && { subject }) });
  const count = sumOf(pieces.map(({ figures }) => figures))['status_200'];
  if (!subject) expect((await loadFigures(home.backend, ['requests'], fromMs)).requests['status_200']).toBe(count);
  return count;
};
const total = async (subject = 'getHealth') =>
  (await loadTotals(home.backend, ['requests'])).requests.get(subject)?.['status_200'];
const fold = () => foldReadings(home.backend, { deadlineMs: Number.POSITIVE_INFINITY });
const inboxSize = async () => {
  const partitions = [0, 1, 2, 3].map((index) => ({ partition: `inbox#${index}`, limit: 1000 }));
  const pages = await Promise.all(partitions.map((query) => home.backend.table('metrics').query(query)));
  return pages.flatMap(({ items }) => items).length;
};

describe.each([
  ['that are not folded yet', async () => undefined],
  ['that are folded', fold],
])('readings %s', (_, perhapsFold) => {
  it('of one minute add up, whoever took them', async () => {
    await Promise.all([record([requests(2)]), record([requests(3)]), record([requests(1, 'getReadiness')])]);
    await perhapsFold();
    const since = home.clock.now();
    expect([await counted(since), await counted(since, 'getHealth'), await total()]).toEqual([6, 5, 5]);
  });

  it('count once, though they are recorded twice', async () => {
    const batch = [requests(2), requests(5, 'getReadiness'), requests(1)];
    await record(batch, 'the same');
    await perhapsFold();
    await record(batch, 'the same');
    home.clock.advance(10 * minuteMs);
    await perhapsFold();
    expect([await counted(home.clock.now() - hourMs), await total()]).toEqual([8, 3]);
  });

  it('from before the time asked for do not count', async () => {
    await record([requests(2)]);
    home.clock.advance(2 * minuteMs);
    await record([requests(3)]);
    await perhapsFold();
    expect([await counted(home.clock.now()), await total()]).toEqual([3, 5]);
  });

  it('of more minutes than an item holds are all stored', async () => {
    const startMs = home.clock.now();
    await record(Array.from({ length: 200 }, (_, minute) => requests(1, 'getHealth', startMs + minute * minuteMs)));
    home.clock.advance(200 * minuteMs);
    await perhapsFold();
    expect([await counted(startMs), await total()]).toEqual([200, 200]);
  });

  it('are given in minutes up to an hour back, and beyond that in hours', async () => {
    const startMs = home.clock.now() - (home.clock.now() % hourMs);
    await record([0, 10, 70, 130].map((minutes) => requests(1, 'getHealth', startMs + minutes * minuteMs)));
    home.clock.advance(startMs + 130 * minuteMs - home.clock.now());
    await perhapsFold();
    const starts = async (fromMs: number) => {
      const pieces = await loadPieces(home.backend, { kind: 'requests', fromMs });
      return pieces.map((piece) => (piece.startMs - startMs) / minuteMs).sort((a, b) => a - b);
    };
    expect(await starts(home.clock.now() - hourMs)).toEqual([70, 130]);
    expect(await starts(startMs)).toEqual([0, 10, 60, 120]);
    expect(await starts(startMs + minuteMs)).toEqual([10, 60, 120]);
  });

  it('count for their own minute, however late they are recorded', async () => {
    const late = requests(5);
    await record([requests(1)]);
    await perhapsFold();
    home.clock.advance(26 * hourMs);
    await record([requests(10)]);
    await record([late]);
    await perhapsFold();
    const since = (hours: number) => counted(home.clock.now() - hours * hourMs);
    expect([await since(1), await since(27), await total()]).toEqual([10, 16, 16]);
  });
});

describe('folding', () => {
  it('waits until there is enough or it has waited long, since each costs some writes for every subject', async () => {
    await record([requests(1)]);
    await fold();
    await record([requests(1)]);
    await fold();
    expect(await inboxSize()).toBe(1);
    for (let count = 0; count < 250; count += 1) await record([requests(1)]);
    await fold();
    expect([await inboxSize(), await total()]).toEqual([0, 252]);
    await record([requests(1)]);
    home.clock.advance(5 * minuteMs);
    await fold();
    expect([await inboxSize(), await total()]).toEqual([0, 253]);
  });

  it('stops when its time is up, and the next run goes on', async () => {
    for (let count = 0; count < 1200; count += 1) await record([requests(1)]);
    await foldReadings(home.backend, { deadlineMs: home.clock.now() });
    expect(await inboxSize()).toBe(1200);
    await fold();
    expect(await inboxSize()).toBeLessThan(200);
    expect(await total()).toBe(1200);
  });

  it('by several at once counts everything once', async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([record([requests(1)]), record([requests(2)]), fold(), fold(), fold()]);
      home.clock.advance(10 * minuteMs);
    }
    await Promise.all([fold(), fold(), fold()]);
    expect([await total(), await counted(home.clock.now() - 5 * hourMs)]).toEqual([15, 15]);
  });

  it.each([
    ['set back', -3 * hourMs],
    ['set ahead', 5 * 24 * hourMs],
  ])('loses nothing when the clock is %s', async (_, byMs) => {
    await record([requests(1)]);
    await fold();
    home.clock.advance(byMs);
    await record([requests(2)]);
    await fold();
    home.clock.advance(-byMs);
    await record([requests(4)]);
    home.clock.advance(10 * minuteMs);
    await fold();
    expect([await inboxSize(), await total()]).toEqual([0, 7]);
  });
});
