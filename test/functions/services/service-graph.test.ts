import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependenciesOf, dependentsOf, rootCauseOf, type Trouble } from '../../../functions/services/service-graph.ts';
import type { Catalogue } from '../../../platform/catalogue.ts';
import { parseCatalogue } from '../../../platform/catalogue.ts';

/** A catalogue of services that depend on others as told. */
function catalogueOf(links: Record<string, string[]>): Catalogue {
  const services = Object.entries(links).map(([name, depends_on]) => ({
    name,
    container: `c-${name}`,
    port: 80,
    tier: 'Test',
    critical: false,
    depends_on,
    probe: '/health',
  }));
  return parseCatalogue({ services });
}

/** `shop` needs `api` and `cache`, both need `store`, and `store` needs `disk`. */
const shop = catalogueOf({ shop: ['api', 'cache'], api: ['store'], cache: ['store'], store: ['disk'], disk: [] });

const failing =
  (...names: string[]) =>
  (name: string): Trouble | null =>
    names.includes(name) ? 'failing' : null;

/** These are impaired, the others that are named fail. */
const impairedBy =
  (impaired: string[], ...names: string[]) =>
  (name: string): Trouble | null =>
    impaired.includes(name) ? 'impaired' : failing(...names)(name);

describe('what a service depends on', () => {
  it('is found directly and transitively, each once with the fewest steps to it, nearest first', () => {
    expect(dependenciesOf(shop, 'shop')).toEqual([
      { name: 'api', distance: 1 },
      { name: 'cache', distance: 1 },
      { name: 'store', distance: 2 },
      { name: 'disk', distance: 3 },
    ]);
  });

  it('is one step away when a longer way leads there too', () => {
    const catalogue = catalogueOf({ a: ['b', 'c'], b: ['c'], c: [] });
    expect(dependenciesOf(catalogue, 'a')).toContainEqual({ name: 'c', distance: 1 });
  });

  it('is nothing for one that stands alone', () => {
    expect(dependenciesOf(shop, 'disk')).toEqual([]);
  });
});

describe('what depends on a service', () => {
  it('is found directly and transitively, nearest first', () => {
    expect(dependentsOf(shop, 'disk')).toEqual([
      { name: 'store', distance: 1 },
      { name: 'api', distance: 2 },
      { name: 'cache', distance: 2 },
      { name: 'shop', distance: 3 },
    ]);
    expect(dependentsOf(shop, 'shop')).toEqual([]);
  });

  it('is the other side of what depends on what, with the same distances', () => {
    fc.assert(
      fc.property(acyclic, (catalogue) => {
        for (const { name } of catalogue.services) {
          for (const { name: other, distance } of dependenciesOf(catalogue, name))
            expect(dependentsOf(catalogue, other)).toContainEqual({ name, distance });
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the root cause', () => {
  it('is the failing dependency deepest in the graph', () => {
    expect(rootCauseOf(shop, 'shop', failing('shop', 'api', 'store', 'disk'))).toBe('disk');
    expect(rootCauseOf(shop, 'shop', failing('shop', 'api', 'store'))).toBe('store');
    expect(rootCauseOf(shop, 'shop', failing('shop', 'cache'))).toBe('cache');
  });

  it('is null when every dependency works: the fault is its own', () => {
    expect(rootCauseOf(shop, 'shop', failing('shop'))).toBeNull();
  });

  it('is not a dependency behind one that works', () => {
    expect(rootCauseOf(shop, 'shop', failing('shop', 'disk'))).toBeNull();
  });

  it('is the first of the catalogue when two lie as deep', () => {
    expect(rootCauseOf(shop, 'shop', failing('shop', 'cache', 'api'))).toBe('api');
  });

  it('is found behind services that are only impaired by it', () => {
    expect(rootCauseOf(shop, 'shop', impairedBy(['api'], 'disk', 'store'))).toBe('disk');
    expect(rootCauseOf(shop, 'shop', impairedBy(['shop', 'api', 'store'], 'disk'))).toBe('disk');
    expect(rootCauseOf(shop, 'shop', impairedBy(['store'], 'api', 'disk'))).toBe('disk');
  });

  it('is not a service that is only impaired', () => {
    expect(rootCauseOf(shop, 'shop', impairedBy(['api', 'store']))).toBeNull();
    expect(rootCauseOf(shop, 'shop', impairedBy(['store'], 'api'))).toBe('api');
  });

  it('fails itself, is explained by nothing else, and is reached through troubled services', () => {
    const troubles = fc.func(fc.constantFrom<Trouble | null>('failing', 'impaired', null));
    fc.assert(
      fc.property(acyclic, troubles, (catalogue, troubleOf) => {
        for (const { name } of catalogue.services) {
          const cause = rootCauseOf(catalogue, name, troubleOf);
          expect(cause === null).toBe(troubledBelow(catalogue, name, troubleOf).every((each) => each !== 'failing'));
          if (cause === null) continue;
          expect(troubleOf(cause)).toBe('failing');
          expect(rootCauseOf(catalogue, cause, troubleOf)).toBeNull();
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** The troubles that are reached from a service through troubled services alone. */
function troubledBelow(
  catalogue: Catalogue,
  name: string,
  troubleOf: (service: string) => Trouble | null,
): (Trouble | null)[] {
  const direct = catalogue.services.find((service) => service.name === name)?.depends_on ?? [];
  const troubled = direct.filter((dependency) => troubleOf(dependency) !== null);
  return troubled.flatMap((each) => [troubleOf(each), ...troubledBelow(catalogue, each, troubleOf)]);
}

/** Catalogues in which each service depends only on later ones. */
const acyclic = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, row) => fc.subarray(names(size).slice(row + 1)))))
  .map((rows) => catalogueOf(Object.fromEntries(rows.map((row, index) => [`s${index}`, row]))));

function names(size: number): string[] {
  return Array.from({ length: size }, (_, index) => `s${index}`);
}
