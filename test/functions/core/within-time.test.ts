import { expect, it } from 'vitest';
import { OutOfTime, withinTime } from '../../../functions/core/within-time.ts';

it('gives what the work gives', async () => {
  expect(await withinTime(Promise.resolve(1), 10_000)).toBe(1);
});

it('throws what the work throws', async () => {
  await expect(withinTime(Promise.reject(new Error('no')), 10_000)).rejects.toThrow('no');
});

it('gives up work that takes longer, and says after how long', async () => {
  await expect(withinTime(new Promise(() => undefined), 5)).rejects.toThrow(new OutOfTime(5));
});

it('leaves no failure behind of work that fails when it was given up', async () => {
  const work = Promise.withResolvers<never>();
  await expect(withinTime(work.promise, 5)).rejects.toThrow(OutOfTime);
  work.reject(new Error('too late for anybody'));
});
