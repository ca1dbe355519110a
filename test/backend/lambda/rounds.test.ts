import { describe, expect, it } from 'vitest';
import { rounds } from '../../../backend/lambda/rounds.ts';

/** Time that only passes when it is waited for, or when a round takes some. */
function timeOf() {
  let now = 5_000;
  return {
    pass: (ms: number) => {
      now += ms;
    },
    seconds: () => (now - 5_000) / 1000,
    now: () => now,
    elapse: async (ms: number) => {
      now += ms;
    },
  };
}

describe('rounds of a scheduled task', () => {
  it.each([
    [60, [0]],
    [20, [0, 20, 40]],
    [15, [0, 15, 30, 45]],
  ])('every %s seconds begin at once and fill the minute', async (everySeconds, expected) => {
    const time = timeOf();
    const began: number[] = [];
    await rounds(async () => void began.push(time.seconds()), { everySeconds, time });
    expect(began).toEqual(expected);
  });

  it('that take longer than the interval are not overtaken, and keep their times', async () => {
    const time = timeOf();
    const began: number[] = [];
    await rounds(
      async () => {
        began.push(time.seconds());
        time.pass(12_000);
      },
      { everySeconds: 10, time },
    );
    expect(began).toEqual([0, 20, 40]);
  });

  it('all run when one fails, which is thrown in the end', async () => {
    const time = timeOf();
    let count = 0;
    const run = async () => {
      count += 1;
      if (count === 2) throw new Error('the second failed');
    };
    await expect(rounds(run, { everySeconds: 15, time })).rejects.toThrow('1 rounds failed');
    expect(count).toBe(4);
  });
});
