import { describe, expect, it } from 'vitest';
import { type Batch, batchingMeter } from '../../../bin/embedded/batching-meter.ts';
import type { Reading } from '../../../functions/core/figures.ts';
import { settableClock } from '../../suites/settable-clock.ts';

const startMs = Date.parse('2025-01-15T10:30:00.000Z');

const reading = (count: number, changes: Partial<Reading> = {}): Reading => ({
  kind: 'requests',
  subject: 'GET /health',
  atMs: startMs,
  figures: { status_200: count },
  ...changes,
});

/** A meter whose store keeps batches, and fails as often as it is told. */
function openMeter(failures = 0) {
  const clock = settableClock(startMs);
  const stored: Batch[] = [];
  const tried: Batch[] = [];
  const faults: unknown[] = [];
  let left = failures;
  const meter = batchingMeter({
    clock,
    async store(batch) {
      tried.push(batch);
      left -= 1;
      if (left >= 0) throw new Error('the disk is full');
      stored.push(batch);
    },
    onFault: (error) => void faults.push(error),
  });
  /** Lets time pass, and what it wakes be done. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { meter, stored, tried, faults, pass };
}

describe('the meter of one process', () => {
  it('stores readings a quarter of a second later, those of a subject and minute as one', async () => {
    const { meter, stored, pass } = openMeter();
    for (const count of [1, 2, 4]) meter.record(reading(count));
    meter.record(reading(8, { subject: 'GET /ready' }));
    meter.record(reading(16, { atMs: startMs + 60_000 }));
    await pass(249);
    expect(stored).toEqual([]);
    await pass(1);
    expect(stored.map(({ readings }) => readings.map(({ figures }) => figures['status_200']))).toEqual([[7, 8, 16]]);
  });

  it('gives each batch a name of its own', async () => {
    const { meter, stored, pass } = openMeter();
    for (let batch = 0; batch < 3; batch += 1) {
      meter.record(reading(1));
      await pass(250);
    }
    expect(new Set(stored.map(({ marker }) => marker)).size).toBe(3);
  });

  it('tries a batch that could not be stored again, the same, and loses nothing of what comes meanwhile', async () => {
    const { meter, stored, tried, faults, pass } = openMeter(2);
    meter.record(reading(1));
    await pass(250);
    meter.record(reading(2));
    meter.record(reading(4));
    await pass(5_000);
    await pass(5_000);
    await pass(250);
    expect(faults).toHaveLength(2);
    expect(tried.slice(0, 3)).toEqual([tried[0], tried[0], tried[0]]);
    expect(stored.flatMap(({ readings }) => readings.map(({ figures }) => figures['status_200']))).toEqual([1, 6]);
  });

  it('stores what waits when it is closed', async () => {
    const { meter, stored } = openMeter();
    meter.record(reading(1));
    await meter.close();
    expect(stored).toHaveLength(1);
  });

  it('ends when it is closed and cannot store, and says so', async () => {
    const { meter, faults } = openMeter(Number.POSITIVE_INFINITY);
    meter.record(reading(1));
    await meter.close();
    expect(faults).toHaveLength(1);
  });
});
