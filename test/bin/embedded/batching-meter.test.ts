import { describe, expect, it } from 'vitest';
import { type Batch, batchingMeter } from '../../../bin/embedded/batching-meter.ts';
import type { MeteredReading } from '../../../functions/core/figures.ts';
import { settableClock } from '../../suites/settable-clock.ts';

const startMs = Date.parse('2025-01-15T10:30:00.000Z');

const reading = (count: number, changes: Partial<MeteredReading> = {}): MeteredReading => ({
  kind: 'requests',
  subject: 'GET /health',
  atMs: startMs,
  figures: { status_200: count },
  outcome: '2xx',
  ...changes,
});

/** A meter whose store keeps batches, and fails as often as it is told. */
function openMeter(failures = 0) {
  const clock = settableClock(startMs);
  const stored: Batch[] = [];
  const tried: Batch[] = [];
  const faults: string[] = [];
  const warnings: unknown[] = [];
  let left = failures;
  const meter = batchingMeter({
    clock,
    async store(batch) {
      tried.push(batch);
      left -= 1;
      if (left >= 0) throw new Error('the disk is full');
      stored.push(batch);
    },
    log: { warn: (...warning) => void warnings.push(warning), error: (message) => void faults.push(message) },
  });
  /** Lets time pass, and what it wakes be done. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { meter, stored, tried, faults, warnings, pass };
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
    expect(faults).toEqual(['readings could not be stored']);
  });

  it('tells what it cannot take with the reason, does not fail what was measured, and takes the next', async () => {
    const { meter, stored, warnings, pass } = openMeter();
    meter.record({ ...reading(1), figures: null as unknown as MeteredReading['figures'] });
    meter.record(reading(2));
    const fields = { kind: 'requests', subject: 'GET /health', error: expect.any(Error) };
    expect(warnings).toEqual([['a reading could not be taken', fields]]);
    await pass(250);
    expect(stored.flatMap(({ readings }) => readings.map(({ figures }) => figures))).toEqual([{ status_200: 2 }]);
  });

  it('stores nothing of a reading but what adds', async () => {
    const { meter, stored } = openMeter();
    meter.record({ ...reading(1), durationMs: 3 });
    await meter.close();
    expect(stored[0]?.readings).toEqual([
      { kind: 'requests', subject: 'GET /health', atMs: startMs, figures: { status_200: 1 } },
    ]);
  });
});
