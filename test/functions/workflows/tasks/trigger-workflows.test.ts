import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, QueueMessage } from '../../../../backend/backend.ts';
import { idFrom, timeOfId } from '../../../../functions/core/ids.ts';
import { eventTrigger } from '../../../../functions/workflows/tasks/trigger-workflows.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { type RecordedWorkflows, recordedWorkflows, workflow, workflowId } from '../recorded-workflows.ts';

const atMs = Date.parse('2026-01-15T10:30:00.000Z');
const sick = {
  id: idFrom('evt', atMs, 'sick'),
  type: 'service.health_changed',
  timestamp: '2026-01-15T10:30:00.000Z',
  sequence: 3,
  service: 'redis',
  data: { service: 'redis', from: 'healthy', to: 'unhealthy', impacted: ['ai-gateway', 'n8n'] },
};

let home: TestHome;
let recorded: RecordedWorkflows;
beforeEach(async () => {
  home = await openHome();
  recorded = recordedWorkflows();
});
afterEach(() => home.close());

const messageOf = (event: object, id = 'm'): QueueMessage => ({ id, body: event as Json, receives: 1 });
const consume = (...messages: QueueMessage[]) => eventTrigger(recorded).consume(messages, home);
const onEvent = (name: string, event: string, filter = {}) => workflow(name, { type: 'event', event, filter });
const startedOf = (names: string[]) => names.map(workflowId);
const launched = () => recorded.launches.map((launch) => launch.workflow.id);

it('an event starts each workflow that it is for, and no other', async () => {
  recorded.workflows = [
    onEvent('by name', 'service.health_changed'),
    onEvent('by pattern', 'service.*'),
    onEvent('by any', '*'),
    onEvent('by filter', '*', { to: ['unhealthy', 'degraded'], impacted: 'n8n' }),
    onEvent('of others', 'pipeline.*'),
    onEvent('by other values', 'service.*', { to: 'healthy' }),
    onEvent('by a field beside data', 'service.*', { type: 'service.health_changed' }),
    workflow('manual', { type: 'manual' }),
    workflow('webhook', { type: 'webhook', event: 'service.health_changed', filter: {} }),
    workflow('schedule', { type: 'schedule', rate: '1 minute' }),
  ];
  expect(await consume(messageOf(sick))).toEqual({ retry: [] });
  expect(launched()).toEqual(startedOf(['by name', 'by pattern', 'by any', 'by filter']));
});

it('steps get the event as it was published, and the execution is of its time', async () => {
  recorded.workflows = [onEvent('any', '*')];
  await consume(messageOf(sick));
  const [launch] = recorded.launches;
  expect(launch).toMatchObject({ event: sick, trigger: { type: 'event', reference: sick.id }, chain: [] });
  expect(launch?.event).toEqual(sick);
  expect(timeOfId(launch?.id ?? '')).toBe(atMs);
});

it('an event that comes twice starts nothing twice, and another one does', async () => {
  recorded.workflows = [onEvent('any', '*'), onEvent('other', 'service.*')];
  await consume(messageOf(sick), messageOf(sick));
  await consume(messageOf(sick));
  expect([recorded.launches.length, recorded.executions.size]).toEqual([6, 2]);
  await consume(messageOf({ ...sick, id: idFrom('evt', atMs, 'another') }));
  expect(recorded.executions.size).toBe(4);
});

it('of a batch only what cannot be worked on comes again, and one workflow that fails keeps no other from it', async () => {
  recorded.workflows = [onEvent('fails', 'service.*'), onEvent('any', '*')];
  recorded.beforeLaunch = ({ workflow: { id } }) => {
    if (id === workflowId('fails')) throw new Error('no such machine');
  };
  const other = { ...sick, id: idFrom('evt', atMs, 'other'), type: 'pipeline.completed' };
  const handled = await consume(
    messageOf({ nonsense: true }, 'bad'),
    messageOf(sick, 'half'),
    messageOf(other, 'good'),
  );
  expect(handled).toEqual({ retry: [{ id: 'bad' }, { id: 'half' }] });
  expect(recorded.executions.size).toBe(2);
  expect(home.logLines.filter((line) => line.includes('an event could not start its workflows'))).toHaveLength(2);
});

describe('an event of a workflow', () => {
  const ended = (chain: unknown) => ({
    ...sick,
    type: 'workflow.completed',
    data: { workflow_id: workflowId('first'), execution_id: 'exec_1', chain },
  });
  const chainOf = (count: number) => Array.from({ length: count }, (_, index) => workflowId(`link ${index}`));

  beforeEach(() => {
    recorded.workflows = ['first', 'second', 'third'].map((name) => onEvent(name, 'workflow.*'));
  });

  it('starts others, which know what led to them', async () => {
    await consume(messageOf(ended(startedOf(['first']))));
    expect(launched()).toEqual(startedOf(['second', 'third']));
    expect(recorded.launches.map(({ chain }) => chain)).toEqual([startedOf(['first']), startedOf(['first'])]);
  });

  it('starts none that led to it', async () => {
    await consume(messageOf(ended(startedOf(['second', 'first']))));
    expect(launched()).toEqual(startedOf(['third']));
    await consume(messageOf(ended(startedOf(['third', 'second', 'first']))));
    expect(launched()).toEqual(startedOf(['third']));
  });

  it('starts none once five have led to it', async () => {
    await consume(messageOf(ended(chainOf(5))));
    await consume(messageOf(ended(chainOf(6))));
    expect(launched()).toEqual([]);
    await consume(messageOf(ended(chainOf(4))));
    expect(launched()).toEqual(startedOf(['first', 'second', 'third']));
  });

  it('that does not tell what led to it starts nothing, and is given up after its tries', async () => {
    expect(await consume(messageOf(ended(undefined)))).toEqual({ retry: [{ id: 'm' }] });
    expect(launched()).toEqual([]);
  });

  it('that failed is no other', async () => {
    await consume(messageOf({ ...ended(startedOf(['first'])), type: 'workflow.failed' }));
    expect(launched()).toEqual(startedOf(['second', 'third']));
  });
});
