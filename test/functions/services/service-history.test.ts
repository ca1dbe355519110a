import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketsOf,
  type HourRecord,
  noHistory,
  type ServiceHistory,
  uptimeOver,
  withHour,
  withWatched,
} from '../../../functions/services/service-history.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hour = (at: number, upShare = 1): HourRecord => ({
  hour: at,
  watchedMs: hourMs,
  upMs: hourMs * upShare,
  worst: upShare === 1 ? 'healthy' : 'unhealthy',
});
const historyOf = (hours: HourRecord[]) => hours.reduce(withHour, noHistory as ServiceHistory);

describe('the time between two probes', () => {
  it('belongs to the status that the service had', () => {
    const { hour: first } = withWatched(null, { fromMs: 0, toMs: 15_000, status: 'healthy' });
    const { hour: second } = withWatched(first, { fromMs: 15_000, toMs: 30_000, status: 'unhealthy' });
    expect(second).toEqual({ hour: 0, watchedMs: 30_000, upMs: 15_000, worst: 'unhealthy' });
  });

  it('is split where an hour ends, and the hour that ended is given', () => {
    const before = { hour: 0, watchedMs: 100, upMs: 100, worst: 'healthy' } as const;
    const split = withWatched(before, { fromMs: hourMs - 5000, toMs: hourMs + 10_000, status: 'degraded' });
    expect(split).toEqual({
      finished: { hour: 0, watchedMs: 5100, upMs: 5100, worst: 'degraded' },
      hour: { hour: 1, watchedMs: 10_000, upMs: 10_000, worst: 'degraded' },
    });
  });

  it('counts for nothing while the status is unknown', () => {
    expect(withWatched(null, { fromMs: 0, toMs: 15_000, status: 'unknown' }).hour.watchedMs).toBe(0);
  });

  it('is never lost nor counted twice, wherever the probes fall', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 45_000 }), { minLength: 1, maxLength: 300 }), (gaps) => {
        let now = 12_345;
        const start = now;
        let current: HourRecord | null = null;
        let finished = 0;
        for (const gap of gaps) {
          const step = withWatched(current, { fromMs: now, toMs: now + gap, status: 'healthy' });
          finished += step.finished?.watchedMs ?? 0;
          current = step.hour;
          now += gap;
        }
        expect(finished + (current?.watchedMs ?? 0)).toBe(now - start);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the history', () => {
  it('keeps seven days of hours and 90 days', () => {
    const history = historyOf(Array.from({ length: 100 * 24 }, (_, at) => hour(at)));
    expect(history.hours).toHaveLength(168);
    expect(history.days).toHaveLength(90);
    expect(history.days.every(({ watchedMs }) => watchedMs === dayMs)).toBe(true);
  });

  it('takes an hour twice as once, as after a crash', () => {
    const once = historyOf([hour(0), hour(1, 0.5)]);
    expect(withHour(once, hour(1, 0.5))).toEqual(once);
  });
});

describe('uptime', () => {
  it('is the share of the watched time, over the hours that reach into the window', () => {
    const history = historyOf([hour(0, 0), hour(47, 0.5), hour(48)]);
    const current = { hour: { hour: 49, watchedMs: 1000, upMs: 1000, worst: 'healthy' } as const };
    const nowMs = 49 * hourMs + 1000;
    expect(uptimeOver(history, current, nowMs, 2 * hourMs)).toBeCloseTo((1.5 * hourMs + 1000) / (2 * hourMs + 1000));
    expect(uptimeOver(history, current, nowMs, 7 * dayMs)).toBeCloseTo((1.5 * hourMs + 1000) / (3 * hourMs + 1000));
  });

  it('is null where nothing was watched', () => {
    expect(uptimeOver(noHistory, undefined, 0, dayMs)).toBeNull();
  });
});

describe('buckets', () => {
  it('are as many as asked for, oldest first, unknown where nothing was watched', () => {
    const history = historyOf([hour(24, 0.5), hour(25)]);
    const buckets = bucketsOf(history, undefined, 26 * hourMs, { bucketMs: dayMs, count: 3 });
    expect(buckets).toEqual([
      { startMs: -dayMs, uptime: null, status: 'unknown' },
      { startMs: 0, uptime: null, status: 'unknown' },
      { startMs: dayMs, uptime: 0.75, status: 'unhealthy' },
    ]);
  });

  it('hold the hour under way, once', () => {
    const current = { hour: { hour: 25, watchedMs: 100, upMs: 0, worst: 'unhealthy' } as const };
    const both = historyOf([hour(24), { ...current.hour }]);
    for (const bucketMs of [hourMs, dayMs]) {
      const alone = bucketsOf(historyOf([hour(24)]), current, 25.5 * hourMs, { bucketMs, count: 2 });
      expect(bucketsOf(both, current, 25.5 * hourMs, { bucketMs, count: 2 })).toEqual(alone);
    }
  });
});
