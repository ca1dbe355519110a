import { expect, it, vi } from 'vitest';
import { oncePer } from '../../../functions/core/once-per.ts';

it('what is derived from an object is derived once, and for each object of its own', () => {
  const derive = vi.fn(({ n }: { n: number }) => ({ double: n * 2 }));
  const derived = oncePer(derive);
  const [first, alike] = [{ n: 1 }, { n: 1 }];
  expect(derived(first)).toBe(derived(first));
  expect(derived(alike)).toEqual({ double: 2 });
  expect(derived(alike)).not.toBe(derived(first));
  expect(derive).toHaveBeenCalledTimes(2);
});
