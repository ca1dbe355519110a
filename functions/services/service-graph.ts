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

/**
 * The failing dependency that explains why a service fails: of those that are reached through failing services alone, the
 * farthest whose own dependencies all work; of several as far, the first of the catalogue. Null when every direct
 * dependency works, so that the fault is the service's own.
 */
export function rootCauseOf(
  catalogue: Catalogue,
  name: string,
  isFailing: (service: string) => boolean,
): string | null {
  const links = dependencies(catalogue);
  const failing = (service: string) => (links.get(service) ?? []).filter((dependency) => isFailing(dependency));
  const explained = reached(catalogue, name, new Map(catalogue.services.map((row) => [row.name, failing(row.name)])));
  const roots = explained.filter((dependency) => failing(dependency.name).length === 0);
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
