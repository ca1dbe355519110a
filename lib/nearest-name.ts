/** The name that most resembles a text, whatever their case, hyphens and underscores, and how many letters differ. */
export function nearestName(text: string, names: readonly string[]): { name: string; distance: number } {
  const [first = { name: '', distance: Number.POSITIVE_INFINITY }] = names
    .map((name) => ({ name, distance: editDistance(bare(text), bare(name)) }))
    .sort((one, other) => one.distance - other.distance);
  return first;
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[-_]/g, '');
}

/** How many letters must be put in, taken out or replaced to make one text of the other (Levenshtein), row by row. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, length) => length);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at += 1) {
      const replaced = (row[at] as number) + (letter === other[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] as number) + 1, (next[at] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
