import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueTimes } from '../../../functions/workflows/due-times.ts';

const ms = (time: string) => Date.parse(`2026-02-${time}Z`);
const times = (found: number[]) => found.map((each) => new Date(each).toISOString().slice(8, 19));

describe('a cron schedule is due', () => {
  it.each([
    ['* * * * *', '10T09:58:10', '10T10:00:10', ['10T09:59:00', '10T10:00:00']],
    ['* * * * *', '10T09:58:00', '10T10:00:00', ['10T09:59:00', '10T10:00:00']],
    ['0 10 * * *', '10T09:58:10', '10T10:00:10', ['10T10:00:00']],
    ['0 10 * * *', '10T09:58:10', '10T09:59:59', []],
    ['0 10 * * *', '10T10:00:00', '10T10:02:00', []],
    ['*/15 * * * *', '10T09:44:30', '10T09:46:30', ['10T09:45:00']],
    ['30 4 1,15 * *', '15T04:29:00', '15T04:31:00', ['15T04:30:00']],
    ['0 0 * * 1', '15T23:59:00', '16T00:01:00', ['16T00:00:00']],
    ['0 0 * * MON-FRI', '14T23:59:00', '15T00:01:00', []],
    ['0 0 30 2 *', '01T00:00:00', '28T00:00:00', []],
  ])('%s between %s and %s: %j', (cron, from, to, expected) => {
    expect(times(dueTimes({ type: 'schedule', cron }, 0, ms(from), ms(to)))).toEqual(expected);
  });

  it.each([
    ['before', '10T09:59:59', ['10T10:00:00']],
    ['at the very time', '10T10:00:00', []],
    ['after', '10T10:00:30', []],
  ])('not where it was set later: %s', (_, since, expected) => {
    const found = dueTimes({ type: 'schedule', cron: '0 10 * * *' }, ms(since), ms('10T09:59:00'), ms('10T10:01:00'));
    expect(times(found)).toEqual(expected);
  });
});

describe('a rate is due', () => {
  it.each([
    ['1 minute', '10T09:57:05', '10T09:58:10', '10T10:00:10', ['10T09:59:05', '10T10:00:05']],
    ['5 minutes', '10T09:55:05', '10T09:58:10', '10T10:00:10', ['10T10:00:05']],
    ['5 minutes', '10T09:55:05', '10T10:00:05', '10T10:02:05', []],
    ['5 minutes', '10T09:55:05', '10T10:03:05', '10T10:05:05', ['10T10:05:05']],
    ['1 hour', '10T10:00:05', '10T11:59:00', '10T12:01:00', ['10T12:00:05']],
    ['2 hours', '10T10:00:05', '10T11:59:00', '10T12:01:00', ['10T12:00:05']],
    ['3 hours', '10T10:00:05', '10T11:59:00', '10T12:01:00', []],
    ['1 day', '10T10:00:05', '11T09:59:00', '11T10:01:00', ['11T10:00:05']],
    ['2 days', '10T10:00:05', '11T09:59:00', '11T10:01:00', []],
    ['2 days', '10T10:00:05', '12T09:59:00', '12T10:01:00', ['12T10:00:05']],
    ['1 minute', '10T10:00:05', '10T09:58:00', '10T10:00:00', []],
  ])('%s after %s, between %s and %s: %j', (rate, since, from, to, expected) => {
    expect(times(dueTimes({ type: 'schedule', rate }, ms(since), ms(from), ms(to)))).toEqual(expected);
  });

  it('first one whole period after it was set', () => {
    const sinceMs = ms('10T10:00:00');
    const schedule = { type: 'schedule', rate: '1 minute' } as const;
    expect(dueTimes(schedule, sinceMs, sinceMs - 120_000, sinceMs + 59_999)).toEqual([]);
    expect(dueTimes(schedule, sinceMs, sinceMs - 120_000, sinceMs + 60_000)).toEqual([sinceMs + 60_000]);
  });
});

it.each([
  { cron: '* * * * * *' },
  { cron: 'every day' },
  { cron: '' },
  { cron: '60 * * * *' },
  { rate: '0 minutes' },
  { rate: '5 weeks' },
  { rate: 'minute' },
  { rate: '1.5 hours' },
])('%j cannot be read, and throws', (schedule) => {
  expect(() => dueTimes({ type: 'schedule', ...schedule } as never, 0, ms('10T00:00:00'), ms('10T00:02:00'))).toThrow();
});

it('looking again and again finds every time once, wherever the looks begin', () => {
  const schedules = fc.constantFrom({ cron: '*/3 * * * *' }, { rate: '2 minutes' }, { cron: '7 * * * *' });
  const steps = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(schedules, fc.integer({ min: 0, max: 3_600_000 }), steps, (schedule, offset, lengths) => {
      const trigger = { type: 'schedule', ...schedule } as const;
      const sinceMs = ms('10T00:00:00') + offset;
      let atMs = sinceMs;
      const found = lengths.flatMap((length) => {
        atMs += length;
        return dueTimes(trigger, sinceMs, atMs - length, atMs);
      });
      expect(found).toEqual(dueTimes(trigger, sinceMs, 0, atMs));
    }),
  );
});
