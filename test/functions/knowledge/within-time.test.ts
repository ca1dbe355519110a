import { expect, it } from 'vitest';
import { withinTime } from '../../../functions/knowledge/within-time.ts';

it('gives what the work gives', async () => {
  expect(await withinTime(Promise.resolve(1), 10_000, 'late')).toBe(1);
});

it('throws what the work throws', async () => {
  await expect(withinTime(Promise.reject(new Error('no')), 10_000, 'late')).rejects.toThrow('no');
});

it('gives up work that takes longer', async () => {
  expect(await withinTime(new Promise(() => undefined), 5, 'late')).toBe('late');
});
