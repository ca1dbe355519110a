import { beforeAll, describe, expect, it } from 'vitest';
import { readDefinition, statesOf } from './definitions.ts';
import { type MachineCase, type MachineRun, runMachine } from './run-machine.ts';

/** The runs of a machine's cases, there while its tests run. */
export interface CaseRuns {
  all(): MachineRun[];
  of(name: string): MachineRun;
}

/** Runs each case of a machine once, expects its path and output, and that the cases together visit all of the machine. */
export function describeCases(file: string, cases: readonly MachineCase[]): CaseRuns {
  const states = statesOf(readDefinition(file));
  const runs = new Map<string, MachineRun>();
  const all = () => [...runs.values()];
  const of = (name: string) => runs.get(name) as MachineRun;

  beforeAll(async () => {
    for (const each of cases) runs.set(each.name, await runMachine(file, each));
  });

  describe('the machine', () => {
    it.each(cases)('$name', ({ name, path, output }) => {
      expect(of(name).path).toEqual(path);
      expect(of(name).output).toEqual(output);
    });
  });

  describe('the cases together', () => {
    it('visit every state', () => {
      const visited = new Set(all().flatMap(({ path }) => path));
      expect(states.map(([name]) => name).filter((name) => !visited.has(name))).toEqual([]);
    });

    it('take every branch and the default of every choice', () => {
      const branches = states.flatMap(([name, { Choices: choices = [], Default: otherwise }]) =>
        [...choices.map(({ Next }) => Next), ...(otherwise === undefined ? [] : [otherwise])].map(
          (next) => `${name} → ${next}`,
        ),
      );
      const taken = new Set(all().flatMap((run) => run.steps.map(([from, to]) => `${from} → ${to}`)));
      expect(branches.filter((branch) => !taken.has(branch))).toEqual([]);
    });

    it('take every catch', () => {
      const catching = states.filter(([, state]) => state.Catch).map(([name]) => name);
      const caught = new Set(all().flatMap((run) => run.caught));
      expect(catching.filter((name) => !caught.has(name))).toEqual([]);
    });
  });

  return { all, of };
}
