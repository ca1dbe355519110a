import { readFileSync } from 'node:fs';
import type { UnitCounts } from '../../bench/units/count-units.ts';

/** What `npm run cost:count` has counted: the units of the functions, and what stands in the stack's template. */
export interface Counts extends UnitCounts {
  stack: { alarms: number; dashboards: number; secrets: number; consumers: number };
}

export function readCounts(): Counts {
  return JSON.parse(readFileSync(new URL('counts.json', import.meta.url), 'utf8')) as Counts;
}
