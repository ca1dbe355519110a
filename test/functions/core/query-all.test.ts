import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Query, Table } from '../../../backend/backend.ts';
import { queryAll } from '../../../functions/core/query-all.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

it('gives all items of a partition or a part of it, oldest first, over as many pages as that takes', async () => {
  const table = home.backend.table('knowledge');
  for (const sk of ['a', 'b', 'c', 'd', 'e']) await table.put({ pk: 'one', sk });
  await table.put({ pk: 'other', sk: 'c' });
  const inPairs: Pick<Table, 'query'> = { query: (query: Query) => table.query({ ...query, limit: 2 }) };
  const sortKeys = async (query: Omit<Query, 'limit'>) => (await queryAll(inPairs, query)).map(({ sk }) => sk);
  expect(await sortKeys({ partition: 'one' })).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await sortKeys({ partition: 'one', from: 'b', before: 'e' })).toEqual(['b', 'c', 'd']);
  expect(await sortKeys({ partition: 'none' })).toEqual([]);
});
