import { afterEach, beforeEach, expect, it } from 'vitest';
import { queryAll } from '../../../functions/core/query-all.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const names = Array.from({ length: 2100 }, (_, index) => String(index).padStart(5, '0'));

it('gives every item once, oldest first, however many pages that takes, and those in a range only', async () => {
  const table = home.backend.table('metrics');
  await Promise.all(names.map((sk) => table.put({ pk: 'all', sk })));
  const found = async (range: { from?: string; before?: string }) =>
    (await queryAll(table, { partition: 'all', ...range })).map(({ sk }) => sk);
  expect(await found({})).toEqual(names);
  expect(await found({ from: '00500', before: '02000' })).toEqual(names.slice(500, 2000));
  expect(await queryAll(table, { partition: 'none' })).toEqual([]);
});
