import { afterAll, beforeAll, describe } from 'vitest';
import type { Table } from '../../backend/backend.ts';
import type { TableName } from '../../backend/resources.ts';
import type { SettableClock } from './settable-clock.ts';
import { describeExpiry } from './table-expiry-suite.ts';
import { describeQueries } from './table-query-suite.ts';
import { describeStoredValues } from './table-values-suite.ts';
import { describeWrites } from './table-write-suite.ts';

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

/** Declares the tests of what the Table port promises. Each uses partitions of its own, so that they share the tables. */
export function describeTable(harness: TableHarness): void {
  describe(`tables of ${harness.name}`, () => {
    let opened: OpenTables;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(() => opened.close());
    const underTest: TableUnderTest = {
      table: (name) => opened.table(name),
      nowSeconds: () => Math.floor((harness.clock?.now() ?? Date.now()) / 1000),
      ...(harness.clock && { clock: harness.clock }),
    };
    describe('writes', () => describeWrites(underTest));
    describe('expiry', () => describeExpiry(underTest));
    describe('queries', () => describeQueries(underTest));
    describe('stored values', () => describeStoredValues(underTest));
  });
}
