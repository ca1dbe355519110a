import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../backend/backend.ts';
import { keepValue, keptValue } from '../../../functions/workflows/large-value.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());

const key = 'executions/exec_1/a/output';
const keep = (value: Json) => keepValue(home.backend, key, value);

describe('a value', () => {
  it.each<Json>([null, 0, '', false, [], { a: [1, { b: null }] }, 'x'.repeat(8190)])(
    'of up to 8 KiB of JSON stays where it is (%#)',
    async (value) => {
      expect(await keep(value)).toEqual({ value });
      expect(await keptValue(home.backend, { value })).toEqual(value);
    },
  );

  it.each<[Json, number]>([
    ['x'.repeat(8191), 8193],
    ['ä'.repeat(4096), 8194],
    [{ text: '👋'.repeat(3000) }, 12_011],
  ])('of more bytes becomes an object, and is read from there (%#)', async (value, bytes) => {
    const stored = await keep(value);
    expect(stored).toEqual({ object: key, bytes });
    expect(await keptValue(home.backend, stored)).toEqual(value);
  });

  it('that is kept again under the same key is the later one', async () => {
    await keep('x'.repeat(9000));
    expect(await keptValue(home.backend, await keep('y'.repeat(9000)))).toBe('y'.repeat(9000));
  });

  it('whose object is gone cannot be read, and says which', async () => {
    const gone = keptValue(home.backend, { object: 'executions/gone', bytes: 9000 });
    await expect(gone).rejects.toThrow('the object executions/gone is gone');
  });
});
