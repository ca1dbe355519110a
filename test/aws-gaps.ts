import { afterAll, beforeEach, type RunnerTask, type RunnerTestFile } from 'vitest';
import { emulators } from '../tools/emulators/emulators.ts';

/**
 * Set-up of the AWS suites: a case among the emulator's gaps has to fail, with the message that the list names. One that
 * passes although it is listed fails, and so does a file of which the list names a case that it does not have.
 */
const gaps = emulators[process.env['AWS_EMULATOR'] ?? '']?.gaps ?? [];
let file: RunnerTestFile | undefined;

beforeEach(({ task, onTestFailed }) => {
  file = task.file;
  const gap = gapsOf(task.file).find(({ test }) => test === task.name);
  if (!gap) return;
  expectFailure(task, true);
  onTestFailed(({ task: { result } }) => {
    const isKnown = result?.errors?.some(({ message }) => message.includes(gap.fails)) ?? false;
    expectFailure(task, isKnown);
  });
});

afterAll(() => {
  if (!file) return;
  const names = new Set(namesOf(file));
  const unknown = gapsOf(file).filter(({ test }) => !names.has(test));
  if (unknown.length > 0) throw new Error(`No such cases: ${unknown.map(({ test }) => test).join('; ')}`);
});

function gapsOf({ filepath }: RunnerTestFile) {
  return gaps.filter(({ file: path }) => filepath.endsWith(path));
}

/** What `it.fails` sets, decided for a case that is declared elsewhere: vitest reads it when the case has ended. */
function expectFailure(task: { readonly fails?: boolean | undefined }, fails: boolean) {
  Object.assign(task, { fails });
}

function namesOf({ tasks }: { tasks: RunnerTask[] }): string[] {
  return tasks.flatMap((task) => (task.type === 'suite' ? namesOf(task) : [task.name]));
}
