import { afterAll, beforeAll, describe } from 'vitest';
import { describeExpiry } from './table-expiry-suite.ts';
import type { OpenTables, TableHarness, TableUnderTest } from './table-harness.ts';
import { describeQueries } from './table-query-suite.ts';
import { describeStoredValues } from './table-values-suite.ts';
import { describeWrites } from './table-write-suite.ts';

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
