import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import { eventsOf, type Site, startsOf } from './site.ts';
import {
  begin,
  create,
  type Definition,
  type ExecutionAnswer,
  ended,
  executionsOf,
  githubPushTo,
  newMark,
  type Push,
  remark,
  type StoredWorkflow,
  send,
  startedBy,
} from './workflow-calls.ts';

/** Quick stand-ins: an execution takes some 200 ms, most of it the scan. */
const settings = { SIMULATED_DELAY_SCALE: '0.2' };

/**
 * When a process is killed, in ms after it began some executions and was sent a push: close together at first, where it
 * takes the push and begins with the steps. What was cut short goes on when the next ones begin, so most kills meet both.
 */
const killMoments = [0, 4, 10, 25, 60, 110, 180];

/** Few that are met between their steps, and many with one step, of which some are met at their end. */
const [longPerRound, shortPerRound] = [2, 10];

/** Some 8 s on an idle machine, most of it the starts of the processes; the rest is for one that is busy. */
const timeoutMs = 90_000;

/** Longer than a process lets what is under way go on before it ends; in ms. */
const closeMs = 30_000;

const waiting = { timeout: 30_000, interval: 100 };

const branch = 'killed';

/** Its work is seen at the stand-ins, all of it under the sha of the event, and what one step answers goes into the next. */
const long: Definition = {
  trigger: { type: 'webhook', event: 'push', filter: { branch } },
  steps: [
    remark('plan', '{{event.sha}}'),
    remark('note', '{{event.sha}} {{steps.plan.output.id}}', { depends_on: ['plan'] }),
    {
      name: 'scan',
      service: 'security-shield',
      action: 'POST /api/v1/scan',
      input: { repo: '{{event.sha}}', commit: '{{steps.plan.output.id}}x' },
      depends_on: ['plan'],
    },
    {
      name: 'review',
      service: 'ai-coder-alpha',
      action: 'POST /api/v1/tasks',
      input: { instruction: '{{event.sha}}', context: '{{steps.scan.output}}' },
      depends_on: ['note', 'scan'],
    },
    remark('tell', '{{event.sha}} {{steps.review.output.id}} {{steps.note.output.id}}', { depends_on: ['review'] }),
  ],
};

const short: Definition = { steps: [remark('tell', '{{event.sha}}')] };

/** A workflow, and the names of its steps. */
interface Known extends StoredWorkflow {
  stepNames: string[];
}

async function createKnown(site: Site, definition: Definition): Promise<Known> {
  return { ...(await create(site, definition)), stepNames: definition.steps.map(({ name }) => name) };
}

/** An execution that was answered for, and under which text its work is found. */
interface Begun {
  id: string;
  mark: string;
  workflow: Known;
}

function beginAll(site: Site, workflow: Known, count: number): Promise<Begun[]> {
  const marks = Array.from({ length: count }, newMark);
  return Promise.all(marks.map(async (mark) => ({ workflow, mark, id: await begin(site, workflow, { sha: mark }) })));
}

/** Sends a push to a process that is killed meanwhile, and sends it again to the next one, as senders do. */
async function pushThroughKill(
  site: EmbeddedSite,
  push: Push,
  moment: number,
): Promise<{ next: EmbeddedSite; killedMs: number }> {
  const answer = send(site, push).catch(() => undefined);
  await elapse(moment);
  const killedMs = Date.now();
  const next = await site.killed();
  await answer;
  return { next, killedMs };
}

async function killInRounds(test: TestContext) {
  let site = await startEmbeddedSite({ settings });
  test.onTestFinished(() => site.close(), closeMs);
  const workflows = [await createKnown(site, long), await createKnown(site, short)] as const;
  const [workflow, other] = workflows;
  const begun: Begun[] = [];
  const kills: number[] = [];
  for (const moment of killMoments) {
    const both = [beginAll(site, workflow, longPerRound), beginAll(site, other, shortPerRound)];
    begun.push(...(await Promise.all(both)).flat());
    const push = githubPushTo(site, branch);
    const { next, killedMs } = await pushThroughKill(site, push, moment);
    site = next;
    test.signal.throwIfAborted();
    kills.push(killedMs);
    begun.push({ workflow, mark: push.sha, id: startedBy(await send(site, push), workflow) });
  }
  return { site, workflows, begun, kills };
}

function expectCompleted({ workflow }: Begun, { status, error, steps }: ExecutionAnswer): void {
  expect([status, error]).toEqual(['completed', null]);
  const statuses = Object.entries(steps).map(([name, step]) => [name, step.status]);
  expect(statuses).toEqual(workflow.stepNames.map((name) => [name, 'completed']));
}

async function expectWorkDoneOnce(site: Site, { id, mark, workflow }: Begun): Promise<void> {
  const keys = (await startsOf(site, mark)).map(({ idempotency_key }) => idempotency_key);
  expect(keys.toSorted()).toEqual(workflow.stepNames.map((name) => `${id}:${name}`).toSorted());
}

/** Each end is published once, however often it was. */
async function expectOneEnd(site: Site, ids: string[]): Promise<void> {
  await vi.waitFor(async () => {
    const events = await eventsOf(site, 'type=workflow.completed');
    expect(events.map(({ data }) => data['execution_id']).toSorted()).toEqual(ids.toSorted());
  }, waiting);
  expect(await eventsOf(site, 'type=workflow.failed')).toEqual([]);
}

const wasCutShort = ({ created_at, steps }: ExecutionAnswer, killedMs: number) =>
  Date.parse(created_at) < killedMs && killedMs < Date.parse(String(steps['tell']?.completed_at));

describe('killed with SIGKILL, again and again', () => {
  it('all executions of workflows complete, each step is done once, and each end is published once', {
    timeout: timeoutMs,
  }, async (test) => {
    const { site, workflows, begun, kills } = await killInRounds(test);
    const executions: ExecutionAnswer[] = [];
    for (const each of begun) {
      const execution = await ended(site, each.workflow, each.id);
      expectCompleted(each, execution);
      await expectWorkDoneOnce(site, each);
      executions.push(execution);
    }
    const ids = begun.map(({ id }) => id).toSorted();
    const listed = (await Promise.all(workflows.map((workflow) => executionsOf(site, workflow)))).flat();
    expect(listed.map(({ execution_id }) => execution_id).toSorted()).toEqual(ids);
    await expectOneEnd(site, ids);
    const met = kills.filter((killedMs) => executions.some((execution) => wasCutShort(execution, killedMs)));
    expect(met.length, 'kills that met executions').toBeGreaterThan(3);
  });
});
