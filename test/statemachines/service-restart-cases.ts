import type { MachineCase, TaskResults } from './run-machine.ts';

export const input = { operation_id: 'op_1' };

const step = (next: string) => ({ next, wait_seconds: 1 });
const wait = step('wait');
const rollBack = step('roll_back');
const finish = step('finish');
const ended = { outcome: 'restarted' };
const gone = new Error('the container host is gone');

/** What the tasks answer in a restart that becomes healthy at once, but for what is given. */
export function results(changes: TaskResults = {}): TaskResults {
  return {
    'Prepare restart': [step('apply')],
    'Apply restart': [wait],
    'Check health': [finish],
    'Roll back restart': [wait],
    'Finish restart': [ended],
    ...changes,
  };
}

const prepare = ['Prepare restart', 'Judge preparation'];
const apply = ['Apply restart', 'Judge application'];
const check = ['Check health', 'Judge health'];
const waited = ['Wait for health', ...check];

const restarted: MachineCase[] = [
  {
    name: 'a service that is healthy at once is restarted and checked',
    input,
    results: results(),
    path: [...prepare, ...apply, ...check, 'Finish restart'],
    output: ended,
  },
  {
    name: 'a service that takes time is checked again after each wait',
    input,
    results: results({ 'Check health': [wait, wait, finish] }),
    path: [...prepare, ...apply, ...check, ...waited, ...waited, 'Finish restart'],
    output: ended,
  },
];

const untouched: MachineCase[] = [
  {
    name: 'a container that cannot be looked at is left alone',
    input,
    results: results({ 'Prepare restart': [finish] }),
    path: [...prepare, 'Finish restart'],
    output: ended,
  },
  {
    name: 'a restart that the engine refuses has nothing to roll back',
    input,
    results: results({ 'Apply restart': [finish] }),
    path: [...prepare, ...apply, 'Finish restart'],
    output: ended,
  },
];

const rolledBack: MachineCase[] = [
  {
    name: 'a change that the engine refuses is rolled back, and the service checked',
    input,
    results: results({ 'Apply restart': [rollBack] }),
    path: [...prepare, ...apply, 'Roll back restart', ...check, 'Finish restart'],
    output: ended,
  },
  {
    name: 'a change that breaks the service is rolled back, and the service checked until it is healthy',
    input,
    results: results({ 'Check health': [wait, rollBack, wait, finish] }),
    path: [...prepare, ...apply, ...check, ...waited, 'Roll back restart', ...check, ...waited, 'Finish restart'],
    output: ended,
  },
];

const runAgain: MachineCase[] = [
  {
    name: 'an execution that is run again after the container was started goes on with the checks',
    input,
    results: results({ 'Prepare restart': [wait] }),
    path: [...prepare, ...check, 'Finish restart'],
    output: ended,
  },
  {
    name: 'an execution that is run again in the middle of rolling back goes on with that',
    input,
    results: results({ 'Prepare restart': [rollBack] }),
    path: [...prepare, 'Roll back restart', ...check, 'Finish restart'],
    output: ended,
  },
];

const brokenOff: MachineCase[] = [
  {
    name: 'preparing that fails for good leads to the end',
    input,
    results: results({ 'Prepare restart': [gone] }),
    path: ['Prepare restart', 'Finish restart'],
    output: ended,
  },
  {
    name: 'applying that fails for good leads to the end',
    input,
    results: results({ 'Apply restart': [gone] }),
    path: [...prepare, 'Apply restart', 'Finish restart'],
    output: ended,
  },
  {
    name: 'checking that fails for good leads to the end',
    input,
    results: results({ 'Check health': [gone] }),
    path: [...prepare, ...apply, 'Check health', 'Finish restart'],
    output: ended,
  },
  {
    name: 'rolling back that fails for good leads to the end',
    input,
    results: results({ 'Apply restart': [rollBack], 'Roll back restart': [gone] }),
    path: [...prepare, ...apply, 'Roll back restart', 'Finish restart'],
    output: ended,
  },
];

export const restartCases: MachineCase[] = [...restarted, ...untouched, ...rolledBack, ...runAgain, ...brokenOff];
