import type { Measure } from './measure.ts';

/** Prints the measures as one table: measure, value, goal, met or not. */
export function printMeasures(measures: Measure[]): void {
  const rows = [['Measure', 'Value', 'Goal', 'Met'], ...measures.map(rowOf)];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  console.log(lines.join('\n'));
}

function rowOf({ name, value, goal = '', isMet }: Measure): string[] {
  return [name, value, goal, isMet === undefined ? '' : isMet ? 'yes' : 'NO'];
}
