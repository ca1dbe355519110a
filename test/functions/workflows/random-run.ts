import fc from 'fast-check';
import type { Ended, Services, StepGiven } from './driver-scenario.ts';
import { refusal, turns } from './driver-scenario.ts';
import { randomDag } from './random-dag.ts';

/** A step of a random run, with what becomes of it if it is called. */
export interface RandomStep {
  name: string;
  depends_on: readonly string[];
  isFailing: boolean;
  isPassedOver: boolean;
  /** Whether its condition holds; undefined: it has none. */
  isMet: boolean | undefined;
  /** Turns of the event loop until its service answers. */
  delay: number;
}

export function randomRun(stepsMax: number): fc.Arbitrary<RandomStep[]> {
  return randomDag(stepsMax).chain((dag) =>
    fc.tuple(
      ...dag.map((step) =>
        fc.record({
          name: fc.constant(step.name),
          depends_on: fc.constant(step.depends_on),
          isFailing: oneIn(6),
          isPassedOver: oneIn(3),
          isMet: fc.oneof(
            { weight: 8, arbitrary: fc.constant(undefined) },
            { weight: 2, arbitrary: fc.constant(true) },
            { weight: 1, arbitrary: fc.constant(false) },
          ),
          delay: fc.nat(8),
        }),
      ),
    ),
  );
}

export function stepsOf(run: readonly RandomStep[]): StepGiven[] {
  return run.map(({ name, depends_on, isPassedOver, isMet }) => ({
    name,
    depends_on,
    continue_on_error: isPassedOver,
    ...(isMet === undefined ? {} : { when: { value: '{{event.yes}}', equals: isMet } }),
  }));
}

/** The event for which the conditions of {@link stepsOf} hold as they are to. */
export const randomEvent = { yes: true };

/** Services that answer as the steps say; `seen` is told of each call before it is answered, and `answered` after it. */
export function servicesOf(
  run: readonly RandomStep[],
  { seen = () => undefined, answered = () => undefined }: { seen?: Tell; answered?: Tell } = {},
): Services {
  const steps = new Map(run.map((step) => [step.name, step]));
  return async ({ step: name }) => {
    seen(name);
    const step = steps.get(name);
    await turns(step?.delay);
    answered(name);
    return step?.isFailing ? refusal(400) : undefined;
  };
}

type Tell = (step: string) => void;

type Fate = 'completed' | 'failed' | 'condition_not_met' | 'dependency_failed' | 'dependency_skipped';

/** What may become of each step; more than one fate where it depends on which of its dependencies ended first. */
export function fatesOf(run: readonly RandomStep[]): Map<string, Fate[]> {
  const steps = new Map(run.map((step) => [step.name, step]));
  const fates = new Map<string, Fate[]>();
  const fateOf = (name: string): Fate[] => {
    const known = fates.get(name) ?? fate(steps.get(name) as RandomStep);
    fates.set(name, known);
    return known;
  };
  const fate = ({ depends_on, isFailing, isMet }: RandomStep): Fate[] => {
    const theirs = depends_on.map((each) => ({ name: each, fates: fateOf(each) }));
    const isFailed = theirs.some(({ name, fates: [first] }) => first === 'failed' && !steps.get(name)?.isPassedOver);
    const isSkipped = theirs.some(({ fates: [first] }) => first !== 'failed' && first !== 'completed');
    if (isFailed && isSkipped) return ['dependency_failed', 'dependency_skipped'];
    if (isFailed) return ['dependency_failed'];
    if (isSkipped) return ['dependency_skipped'];
    if (isMet === false) return ['condition_not_met'];
    return [isFailing ? 'failed' : 'completed'];
  };
  for (const name of steps.keys()) fateOf(name);
  return fates;
}

/** What became of each step: the reason of one that was skipped, and the status of others. */
export function outcomesOf({ steps }: Pick<Ended, 'steps'>): Record<string, string> {
  return Object.fromEntries(Object.values(steps).map(({ name, status, skipReason }) => [name, skipReason ?? status]));
}

function oneIn(count: number): fc.Arbitrary<boolean> {
  return fc.nat(count - 1).map((number) => number === 0);
}
