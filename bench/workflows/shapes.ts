import type { StepOf } from './workflow-home.ts';

/** Steps one after the other. */
export function line(count: number): StepOf[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `s${index}`,
    depends_on: index === 0 ? [] : [`s${index - 1}`],
  }));
}

/** So many steps beside each other, and one that depends on all of them. */
export function wide(count: number): StepOf[] {
  const beside = Array.from({ length: count }, (_, index) => ({ name: `s${index}`, depends_on: [] as string[] }));
  return [...beside, { name: 'join', depends_on: beside.map(({ name }) => name) }];
}

/** Steps that each depend on up to three earlier ones, the same for the same seed. */
export function random(count: number, seed: number): StepOf[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const links = Math.min(index, Math.floor(next() * 4));
    const depends_on = new Set(Array.from({ length: links }, () => `s${Math.floor(next() * index)}`));
    return { name: `s${index}`, depends_on: [...depends_on] };
  });
}

/** The most steps that depend on each other in one line. Steps come after those that they depend on. */
export function criticalPath(steps: readonly StepOf[]): number {
  const lengths = new Map<string, number>();
  for (const { name, depends_on } of steps)
    lengths.set(name, 1 + Math.max(0, ...depends_on.map((each) => lengths.get(each) ?? 0)));
  return Math.max(...lengths.values());
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
