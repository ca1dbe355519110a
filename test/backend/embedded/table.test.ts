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
