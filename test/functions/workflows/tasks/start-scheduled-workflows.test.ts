import { afterEach, beforeEach, expect, it } from 'vitest';
import { timeOfId } from '../../../../functions/core/ids.ts';
import { scheduleTrigger } from '../../../../functions/workflows/tasks/start-scheduled-workflows.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { type RecordedWorkflows, recordedWorkflows, workflow, workflowId } from '../recorded-workflows.ts';

let home: TestHome;
let recorded: RecordedWorkflows;
let setMs: number;
beforeEach(async () => {
  home = await openHome();
  recorded = recordedWorkflows();
  setMs = home.clock.now();
});
afterEach(() => home.close());

const run = () => scheduleTrigger(recorded).run({}, home);
const every = (name: string, rate: string) => workflow(name, { type: 'schedule', rate }, setMs);
const isoOf = (epochMs: number) => new Date(epochMs).toISOString();

it('what has come due is started, with the time as its event', async () => {
  recorded.workflows = [
    every('often', '1 minute'),
    every('seldom', '1 day'),
    workflow('cron', { type: 'schedule', cron: '31 10 * * *' }, setMs),
    workflow('manual', { type: 'manual' }, setMs),
    workflow('event', { type: 'event', event: '*', filter: {} }, setMs),
  ];
  home.clock.advance(60_000);
  expect(await run()).toEqual({ due: 2 });
  const dueMs = setMs + 60_000;
  expect(recorded.launches.map((launch) => launch.workflow.id)).toEqual(['often', 'cron'].map(workflowId));
  for (const launch of recorded.launches) {
    const reference = isoOf(dueMs);
    expect(launch).toMatchObject({ trigger: { type: 'schedule', reference }, chain: [] });
    expect(launch.event).toEqual({ event: 'schedule', scheduled_at: reference });
    expect(timeOfId(launch.id)).toBe(dueMs);
  }
});

it('runs that overlap, come late or fail start every due time once', async () => {
  recorded.workflows = [every('often', '1 minute')];
  for (const seconds of [30, 31, 59, 0, 1, 60, 119, 1, 45, 120, 61]) {
    home.clock.advance(seconds * 1000);
    const isFailing = seconds === 119;
    recorded.beforeLaunch = () => {
      if (isFailing) throw new Error('no such machine');
    };
    await Promise.all([run(), run()]);
  }
  const minutes = Math.floor((home.clock.now() - setMs) / 60_000);
  expect([...recorded.executions].map(timeOfId)).toEqual(
    Array.from({ length: minutes }, (_, index) => setMs + (index + 1) * 60_000),
  );
});

it('what came due earlier than two minutes ago is not made up for', async () => {
  recorded.workflows = [every('often', '1 minute')];
  home.clock.advance(3_600_000);
  expect(await run()).toEqual({ due: 2 });
});

it('one that cannot be started is logged, and keeps no other from it', async () => {
  recorded.workflows = [every('nonsense', 'now and then'), every('fails', '1 minute'), every('good', '1 minute')];
  recorded.beforeLaunch = ({ workflow: { id } }) => {
    if (id === workflowId('fails')) throw new Error('no such machine');
  };
  home.clock.advance(60_000);
  expect(await run()).toEqual({ due: 1 });
  expect(recorded.executions.size).toBe(1);
  const logged = home.logLines.filter((line) => line.includes('a scheduled workflow could not be started'));
  expect(logged.map((line) => JSON.parse(line).workflow_id)).toEqual([workflowId('nonsense'), workflowId('fails')]);
});
