/**
 * The variables in a container's `Config.Env`, by name. A line without `=` is no variable: with it the engine keeps one
 * of the image away.
 */
export function variablesOf(lines: readonly string[] | null | undefined): Map<string, string> {
  const assigned = (lines ?? []).filter((line) => line.includes('='));
  return new Map(assigned.map((line) => [nameOfLine(line), line.slice(line.indexOf('=') + 1)]));
}

/** The name that a line of `Config.Env` is about. */
export function nameOfLine(line: string): string {
  return line.split('=', 1)[0] ?? line;
}
