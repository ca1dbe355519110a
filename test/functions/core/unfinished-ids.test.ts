import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Query, Table } from '../../../backend/backend.ts';
import { unfinishedIds } from '../../../functions/core/unfinished-ids.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

it('gives what has something left to do, each once, oldest first, over as many pages as that takes', async () => {
  const table = home.backend.table('operations');
  for (const id of ['e', 'a', 'c', 'd', 'b']) {
    await table.put({ pk: id, sk: 'operation', id, unfinished: 'restart' });
  }
  await table.put({ pk: 'done', sk: 'operation', id: 'done' });
  const inPairs: Pick<Table, 'query'> = { query: (query: Query) => table.query({ ...query, limit: 2 }) };
  const ids: string[] = [];
  for await (const id of unfinishedIds(inPairs, 'restart')) ids.push(id);
  expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
});
