import { expect, it } from 'vitest';
import { batches } from '../../../backend/aws/batches.ts';

const cut = (sizes: number[]) => batches(sizes, (size) => size, { countMax: 3, bytesMax: 10 });

it.each([
  { sizes: [], into: [] },
  { sizes: [1, 1, 1], into: [[1, 1, 1]] },
  { sizes: [1, 1, 1, 1], into: [[1, 1, 1], [1]] },
  { sizes: [5, 5, 1], into: [[5, 5], [1]] },
  { sizes: [1, 11, 1], into: [[1], [11], [1]] },
])('items of $sizes bytes are cut into $into, in order and within both bounds', ({ sizes, into }) => {
  expect(cut(sizes)).toEqual(into);
});
