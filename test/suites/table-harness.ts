import type { Table } from '../../backend/backend.ts';
import type { TableName } from '../../backend/resources.ts';
import type { SettableClock } from './settable-clock.ts';

/** What an adapter brings so that the table suite can prove it: tables without items, opened once for the whole suite. */
export interface TableHarness {
  name: string;
  open(): Promise<OpenTables>;
  /** The clock that the tables go by, where the adapter takes one; without it, tests that need the time moved are skipped. */
  clock?: SettableClock;
}

export interface OpenTables {
  table(name: TableName): Table;
  close(): Promise<void>;
}

/** What each part of the suite is given: the tables, and the time by which they expire items. */
export interface TableUnderTest {
  table(name: TableName): Table;
  /** Epoch seconds. */
  nowSeconds(): number;
  clock?: SettableClock;
}
