import type { FunctionEntry } from './function-entry.ts';

/** The goals of the design, in bytes: a function that only touches tables, and any other. */
const tablesOnlyBytesMax = 450_000;
const bytesMax = 650_000;

/** What single libraries add that some functions cannot do without, in bytes. */
const libraries = {
  /** Talks to engines, and brings its own streams and archives. */
  dockerode: 150_000,
  /** Reads schedules in the language of cron, which the schemas of workflows check. */
  croner: 34_000,
  /** Lets a call of a step take longer than the five minutes of Node's own fetch. */
  undici: 300_000,
};

/** How large the bundle of a function may be, in bytes. */
export function bundleBytesMax({ name, source, access }: Pick<FunctionEntry, 'name' | 'source' | 'access'>): number {
  const { tables: _, containers, ...beyondTables } = access;
  const isTablesOnly = Object.keys(beyondTables).length === 0 && !containers;
  const used = [
    containers ? libraries.dockerode : 0,
    source.includes('/functions/workflows/') ? libraries.croner : 0,
    name === 'drive-workflow' ? libraries.undici : 0,
  ];
  return used.reduce((sum, bytes) => sum + bytes, isTablesOnly ? tablesOnlyBytesMax : bytesMax);
}
