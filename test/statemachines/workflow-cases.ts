import type { MachineCase, TaskResults } from './run-machine.ts';

export const input = { execution_id: 'exec_1' };

const finish = { next: 'finish' };
const again = { next: 'again' };
const wait = { next: 'wait', wait_seconds: 1 };
const ended = { status: 'completed' };
const gone = new Error('the table is gone');

/** What the tasks answer where the driver comes to these answers, one at each call. */
export function results(drives: TaskResults[string], ends: TaskResults[string] = [ended]): TaskResults {
  return { 'Drive workflow': drives, 'Finish workflow': ends };
}

const drive = ['Drive workflow', 'Judge progress'];

export const workflowCases: MachineCase[] = [
  {
    name: 'steps that all end in one call lead to the end',
    input,
    results: results([finish]),
    path: [...drive, 'Finish workflow'],
    output: ended,
  },
  {
    name: 'steps that wait are driven again after each wait',
    input,
    results: results([wait, wait, finish]),
    path: [...drive, 'Wait for steps', ...drive, 'Wait for steps', ...drive, 'Finish workflow'],
    output: ended,
  },
  {
    name: 'steps that need more time than a call has are driven again at once',
    input,
    results: results([again, wait, again, finish]),
    path: [...drive, ...drive, 'Wait for steps', ...drive, ...drive, 'Finish workflow'],
    output: ended,
  },
  {
    name: 'driving that fails for good leads to the end',
    input,
    results: results([gone]),
    path: ['Drive workflow', 'Finish workflow'],
    output: ended,
  },
  {
    name: 'driving that fails for good after a wait leads to the end',
    input,
    results: results([wait, gone]),
    path: [...drive, 'Wait for steps', 'Drive workflow', 'Finish workflow'],
    output: ended,
  },
];
