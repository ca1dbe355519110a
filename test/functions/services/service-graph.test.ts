import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependenciesOf, dependentsOf, rootCauseOf } from '../../../functions/services/service-graph.ts';
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
  (name: string) =>
    names.includes(name);

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

  it('always fails itself, and all it depends on directly works', () => {
    fc.assert(
      fc.property(acyclic, fc.func(fc.boolean()), (catalogue, isFailing) => {
        for (const { name, depends_on } of catalogue.services) {
          const cause = rootCauseOf(catalogue, name, isFailing);
          expect(cause === null).toBe(!depends_on.some((dependency) => isFailing(dependency)));
          const row = catalogue.services.find((service) => service.name === cause);
          if (cause !== null) expect(isFailing(cause)).toBe(true);
          expect(row?.depends_on.some((dependency) => isFailing(dependency)) ?? false).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Catalogues in which each service depends only on later ones. */
const acyclic = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, row) => fc.subarray(names(size).slice(row + 1)))))
  .map((rows) => catalogueOf(Object.fromEntries(rows.map((row, index) => [`s${index}`, row]))));

function names(size: number): string[] {
  return Array.from({ length: size }, (_, index) => `s${index}`);
}
