import type { MachineCase, TaskResults } from './run-machine.ts';

export const input = { refresh_id: 'ref_1' };

const done = { next: 'done' };
export const wait = { next: 'wait', wait_seconds: 1 };
const ended = { status: 'completed' };
const gone = new Error('the table is gone');

/** What the planner answers. */
export const plan = (sources: number[], rebuild_cache = true) => ({ sources, rebuild_cache });

/** What the tasks answer in a refresh of one source that is ingested at once, but for what is given. */
export function results(changes: TaskResults = {}): TaskResults {
  return {
    'Plan refresh': [plan([1])],
    'Ingest source': [done],
    'Check collections': [{}],
    'Rebuild caches': [{}],
    'Finish refresh': [ended],
    ...changes,
  };
}

const begin = ['Plan refresh', 'Ingest sources'];
const ask = ['Ingest source', 'Judge source'];
const leave = ['Leave source'];
const check = ['Check collections', 'Choose caches'];
const end = ['Rebuild caches', 'Finish refresh'];

const refreshed: MachineCase[] = [
  {
    name: 'a source that is ingested at once leads to collections, caches and the end',
    input,
    results: results(),
    path: [...begin, ...ask, ...leave, ...check, ...end],
    output: ended,
  },
  {
    name: 'a source that takes time is asked about again after each wait',
    input,
    results: results({ 'Ingest source': [wait, wait, done] }),
    path: [...begin, ...ask, 'Wait for source', ...ask, 'Wait for source', ...ask, ...leave, ...check, ...end],
    output: ended,
  },
  {
    name: 'a plan without sources leads on to the collections',
    input,
    results: results({ 'Plan refresh': [plan([])] }),
    path: [...begin, ...check, ...end],
    output: ended,
  },
  {
    name: 'caches that are not to be rebuilt are left alone',
    input,
    results: results({ 'Plan refresh': [plan([1], false)] }),
    path: [...begin, ...ask, ...leave, ...check, 'Finish refresh'],
    output: ended,
  },
];

const brokenOff: MachineCase[] = [
  {
    name: 'planning that fails for good leads to the end',
    input,
    results: results({ 'Plan refresh': [gone] }),
    path: ['Plan refresh', 'Finish refresh'],
    output: ended,
  },
  {
    name: 'a source that cannot be followed is left, and the refresh goes on',
    input,
    results: results({ 'Ingest source': [wait, gone] }),
    path: [...begin, ...ask, 'Wait for source', 'Ingest source', ...leave, ...check, ...end],
    output: ended,
  },
  {
    name: 'checking that fails for good leads to the end',
    input,
    results: results({ 'Check collections': [gone] }),
    path: [...begin, ...ask, ...leave, 'Check collections', 'Finish refresh'],
    output: ended,
  },
  {
    name: 'rebuilding that fails for good leads to the end',
    input,
    results: results({ 'Rebuild caches': [gone] }),
    path: [...begin, ...ask, ...leave, ...check, ...end],
    output: ended,
  },
];

export const refreshCases: MachineCase[] = [...refreshed, ...brokenOff];
