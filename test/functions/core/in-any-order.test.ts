import { expect, it } from 'vitest';
import { inAnyOrder } from '../../../functions/core/in-any-order.ts';
import { settableClock } from '../../suites/settable-clock.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index);

it('works on each value once, and leaves none while there is time', async () => {
  const worked: number[] = [];
  const left = await inAnyOrder(hundred, async (value) => void worked.push(value), {
    clock: settableClock(0),
    endMs: 1,
  });
  expect([left, worked.toSorted((a, b) => a - b)]).toEqual([0, hundred]);
});

it('begins nothing more once the time is up, and says how much is left', async () => {
  const clock = settableClock(0);
  const left = await inAnyOrder(hundred, async () => clock.advance(10), { clock, endMs: 300 });
  expect(left).toBe(70);
});

it('comes to every value in the course of calls that each leave some', async () => {
  const seen = new Set<number>();
  for (let call = 0; call < 200; call += 1) {
    const clock = settableClock(0);
    const work = async (value: number) => {
      seen.add(value);
      clock.advance(10);
    };
    await inAnyOrder(hundred, work, { clock, endMs: 200 });
  }
  expect(seen.size).toBe(hundred.length);
});
