import { expect, it } from 'vitest';
import { places } from '../../../platform/probing/places.ts';

/** Work that ends when it is told to, and notes when it begins. */
function heldWork() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (number: number) => () =>
    new Promise<number>((resolve) => {
      begun.push(number);
      ends[number] = () => resolve(number);
    });
  return { begun, ends, work };
}

it('does as many at a time as it is told, and begins the others in order as these end', async () => {
  const { begun, ends, work } = heldWork();
  const inPlace = places(2);
  const all = [0, 1, 2, 3].map((number) => inPlace(work(number)));
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  ends[1]?.();
  await all[1];
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  await all[0];
  expect(begun).toEqual([0, 1, 2, 3]);
  for (const end of ends) end();
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
});

it('a failure gives its place back, and reaches its caller', async () => {
  const inPlace = places(1);
  const failing = inPlace(() => Promise.reject(new Error('broken')));
  const next = inPlace(async () => 'done');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});
