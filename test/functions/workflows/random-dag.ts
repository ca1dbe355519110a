import fc from 'fast-check';
import type { Planned } from '../../../functions/workflows/plan.ts';

/** Steps without a cycle, in a random order: each may depend on any that has a lower number. */
export function randomDag(stepsMax = 30): fc.Arbitrary<Planned[]> {
  return fc.integer({ min: 1, max: stepsMax }).chain((count) => {
    const steps = Array.from({ length: count }, (_, number) =>
      fc
        .subarray(Array.from({ length: number }, (_, lower) => `s${lower}`))
        .map((depends_on) => ({ name: `s${number}`, depends_on })),
    );
    return fc.tuple(...steps).chain((made) => fc.shuffledSubarray(made, { minLength: count }));
  });
}

/** A DAG with a way back from a step that others depend on, or from any step to itself along a chain of new ones. */
export const randomCycle: fc.Arbitrary<Planned[]> = fc
  .tuple(randomDag(), fc.nat(), fc.integer({ min: 1, max: 5 }), fc.nat())
  .map(([steps, at, length, position]) => {
    const entry = steps[at % steps.length] as Planned;
    const ring = Array.from({ length }, (_, index) => ({
      name: `r${index}`,
      depends_on: [index + 1 < length ? `r${index + 1}` : entry.name],
    }));
    const bent = steps.map((step) => (step === entry ? { ...step, depends_on: [...step.depends_on, 'r0'] } : step));
    const cut = position % (bent.length + 1);
    return [...bent.slice(0, cut), ...ring, ...bent.slice(cut)];
  });
