import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Planned, planOf } from '../../../functions/workflows/plan.ts';
import { randomCycle, randomDag } from './random-dag.ts';

/** Steps from `{ name: what it depends on }`. */
function steps(links: Record<string, string[]>): Planned[] {
  return Object.entries(links).map(([name, depends_on]) => ({ name, depends_on }));
}

const diamond = steps({ join: ['left', 'right'], left: ['start'], right: ['start'], start: [] });

describe('the order of steps', () => {
  it('has each after those that it depends on', () => {
    expect(planOf(diamond).order).toEqual(['start', 'left', 'right', 'join']);
  });

  it('is the order that they were given in, where that holds already', () => {
    const given = steps({ a: [], b: ['a'], c: [], d: ['c', 'a'] });
    expect(planOf(given).order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('holds for whatever steps without a cycle, and names each once', () => {
    fc.assert(
      fc.property(randomDag(), (dag) => {
        const { order, cycle } = planOf(dag);
        expect(cycle).toBeNull();
        expect(order.toSorted()).toEqual(dag.map(({ name }) => name).toSorted());
        const places = new Map(order.map((name, place) => [name, place]));
        for (const { name, depends_on } of dag)
          for (const each of depends_on) expect(places.get(each)).toBeLessThan(places.get(name) ?? -1);
      }),
    );
  });
});

describe('what steps are to each other', () => {
  it('is told as direct dependents and as all ancestors', () => {
    const { dependents, ancestors } = planOf(diamond);
    expect(Object.fromEntries(dependents)).toEqual({
      join: [],
      left: ['join'],
      right: ['join'],
      start: ['left', 'right'],
    });
    expect(ancestors.get('join')).toEqual(new Set(['left', 'right', 'start']));
    expect(ancestors.get('start')).toEqual(new Set());
  });

  it('passes over what is no step, and over a repeat', () => {
    const { dependents, ancestors, order } = planOf(steps({ a: [], b: ['a', 'zz', 'a'] }));
    expect(order).toEqual(['a', 'b']);
    expect(dependents.get('a')).toEqual(['b']);
    expect(ancestors.get('b')).toEqual(new Set(['a']));
  });

  it('has as ancestors the dependencies and their ancestors, and nothing else', () => {
    fc.assert(
      fc.property(randomDag(), (dag) => {
        const { ancestors } = planOf(dag);
        for (const { name, depends_on } of dag) {
          const expected = depends_on.flatMap((each) => [each, ...(ancestors.get(each) ?? [])]);
          expect(ancestors.get(name)).toEqual(new Set(expected));
        }
      }),
    );
  });
});

describe('a cycle', () => {
  it.each([
    [{ a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    [{ a: ['a'] }, ['a', 'a']],
    [{ a: ['c'], b: ['a'], c: ['b'] }, ['a', 'c', 'b', 'a']],
    [{ out: ['a'], a: ['b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
    [{ fine: [], __proto: [], x: ['fine', 'y'], y: ['x'] }, ['x', 'y', 'x']],
  ])('is told as the way along it: %j', (links: Record<string, string[]>, cycle) => {
    expect(planOf(steps(links)).cycle).toEqual(cycle);
  });

  it('is found wherever it was put, as a way that exists', () => {
    fc.assert(
      fc.property(randomCycle, (bent) => {
        const { cycle } = planOf(bent);
        expect(cycle?.at(0)).toBe(cycle?.at(-1));
        expect(new Set(cycle).size).toBe((cycle?.length ?? 0) - 1);
        const links = new Map(bent.map(({ name, depends_on }) => [name, depends_on]));
        for (const [place, name] of (cycle ?? []).slice(0, -1).entries())
          expect(links.get(name)).toContain(cycle?.[place + 1]);
      }),
    );
  });
});

describe('large plans', () => {
  it('a chain of 201 steps in the worst order', () => {
    const { order, cycle } = planOf([
      { name: 's0', depends_on: [] },
      ...Array.from({ length: 200 }, (_, index) => ({ name: `s${index + 1}`, depends_on: [`s${index}`] })).toReversed(),
    ]);
    expect(cycle).toBeNull();
    expect(order).toEqual(Array.from({ length: 201 }, (_, index) => `s${index}`));
  });

  it('200 steps of which each depends on all before it are planned in a moment', () => {
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    const dense = names.map((name, index) => ({ name, depends_on: names.slice(0, index) }));
    const startMs = performance.now();
    expect(planOf(dense).order).toEqual(names);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });
});
