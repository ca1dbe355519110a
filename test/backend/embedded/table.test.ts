import { afterAll, describe, expect, it } from 'vitest';
import type { Table } from '../../../backend/backend.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { openTable } from '../../../backend/embedded/table.ts';
import { type TableName, tables } from '../../../backend/resources.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { describeTable } from '../../suites/table-suite.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = settableClock();

describeTable({
  name: 'the embedded home',
  clock,
  async open() {
    const folder = temporaryFolder();
    const store = openStore(folder.path);
    const opened = Object.fromEntries(
      Object.entries(tables).map(([name, spec]) => [name, openTable(store, name, spec.indexes, clock)]),
    ) as unknown as Record<TableName, Table>;
    return {
      table: (name) => opened[name],
      async close() {
        store.close();
        folder.remove();
      },
    };
  },
});

describe('a table of the embedded home', () => {
  const folder = temporaryFolder();
  const store = openStore(folder.path);
  const table = openTable(store, 'services', {}, clock);
  afterAll(() => {
    store.close();
    folder.remove();
  });

  it('gives items of a query as they were then, whatever is written, and reads items that can be changed', async () => {
    const key = { pk: 'p', sk: 's' };
    await table.put({ ...key, list: [1], n: 1 });
    const { items } = await table.query({ partition: 'p', limit: 1 });
    await table.update(key, { set: { list: [1, 2] }, add: { n: 1 } });
    expect(items).toEqual([{ ...key, list: [1], n: 1 }]);

    const item = (await table.get(key)) as unknown as { list: number[] };
    item.list.push(3);
    expect(await table.get(key)).toEqual({ ...key, list: [1, 2], n: 2 });
  });
});
