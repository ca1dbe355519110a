import { distance } from 'fastest-levenshtein';

/** The name that most resembles a text, whatever their case, hyphens and underscores, and how many letters differ. */
export function nearestName(text: string, names: readonly string[]): { name: string; distance: number } {
  const [first = { name: '', distance: Number.POSITIVE_INFINITY }] = names
    .map((name) => ({ name, distance: distance(bare(text), bare(name)) }))
    .sort((one, other) => one.distance - other.distance);
  return first;
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[-_]/g, '');
}
