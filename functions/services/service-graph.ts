import type { Catalogue } from '../../platform/catalogue.ts';

/** Another service, and the fewest steps to it; 1 is direct. */
export interface Related {
  name: string;
  distance: number;
}

/** What a service depends on, directly and transitively, nearest first and then in the catalogue's order. */
export function dependenciesOf(catalogue: Catalogue, name: string): Related[] {
  return reached(catalogue, name, dependencies(catalogue));
}

/** The services that depend on this one, directly and transitively, nearest first and then in the catalogue's order. */
export function dependentsOf(catalogue: Catalogue, name: string): Related[] {
  return reached(catalogue, name, dependents(catalogue));
}

/** In what way a service is in trouble, as a reason for others to be. */
export type Trouble = 'failing' | 'impaired';

/**
 * The failing dependency that explains why a service is in trouble: of those that are reached through services in trouble
 * alone, the farthest that no other failing one explains; of several as far, the first of the catalogue. Null when there
 * is none, so that the fault is the service's own. One that is only impaired may pass trouble on, and explains none.
 */
export function rootCauseOf(
  catalogue: Catalogue,
  name: string,
  troubleOf: (service: string) => Trouble | null,
): string | null {
  const links = new Map(
    catalogue.services.map((service) => [service.name, service.depends_on.filter((each) => troubleOf(each) !== null)]),
  );
  const failingBelow = (service: string) =>
    reached(catalogue, service, links).filter((dependency) => troubleOf(dependency.name) === 'failing');
  const roots = failingBelow(name).filter((dependency) => failingBelow(dependency.name).length === 0);
  const farthest = Math.max(...roots.map(({ distance }) => distance));
  return roots.find(({ distance }) => distance === farthest)?.name ?? null;
}

type Links = ReadonlyMap<string, readonly string[]>;

function dependencies({ services }: Catalogue): Links {
  return new Map(services.map((service) => [service.name, service.depends_on]));
}

function dependents({ services }: Catalogue): Links {
  const links = new Map<string, string[]>(services.map(({ name }) => [name, []]));
  for (const { name, depends_on } of services) for (const dependency of depends_on) links.get(dependency)?.push(name);
  return links;
}

/** Breadth first, so that each is found by its shortest way. */
function reached({ services }: Catalogue, start: string, links: Links): Related[] {
  const distances = new Map([[start, 0]]);
  const names = [start];
  for (const name of names) {
    for (const next of links.get(name) ?? []) {
      if (distances.has(next)) continue;
      distances.set(next, (distances.get(name) ?? 0) + 1);
      names.push(next);
    }
  }
  const found = services.flatMap(({ name }) => {
    const distance = distances.get(name);
    return distance === undefined || name === start ? [] : [{ name, distance }];
  });
  return found.sort((one, other) => one.distance - other.distance);
}
