import type { Gap } from '../emulators/emulator.ts';
import { moto } from '../emulators/moto.ts';
import { markdownTable } from './markdown-table.ts';

/** The part of docs/testing.md that the list of gaps says already. */
export function emulatorSections(): Record<string, string> {
  return { 'moto-gaps': markdownTable(['What it does', 'Cases that fail for it'], reasonsOf(moto.gaps).map(rowOf)) };
}

function reasonsOf(gaps: Gap[]) {
  return [...Map.groupBy(gaps, ({ reason }) => reason)];
}

function rowOf([reason, gaps]: [string, Gap[]]): string[] {
  return [reason, gaps.map(({ test }) => `_${test}_`).join('; ')];
}
