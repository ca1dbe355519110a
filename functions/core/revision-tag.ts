/** A revision as an `ETag`. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * Whether an `If-Match` names this revision: as a tag, as a bare number, among others, or with `*`, which stands for any.
 * A weak tag counts too, since proxies that compress make tags weak. No header asks for nothing.
 */
export function isNamed(revision: number, ifMatch: string | undefined): boolean {
  if (ifMatch === undefined) return true;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.some((tag) => tag === '*' || tag === etagOf(revision) || tag === String(revision));
}
