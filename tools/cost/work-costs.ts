import type { Usage } from '../../bench/units/usage.ts';
import { readFunctionSettings, stageNames } from '../../functions/core/settings.ts';
import { pollDelaySeconds } from '../../functions/pipelines/stage-run.ts';
import { driveWorkflowTask } from '../../functions/workflows/task-contracts.ts';
import type { Assumptions } from './assumptions.ts';
import { amount, type CostLine } from './cost-line.ts';
import type { Counts } from './counts.ts';
import { functionMs, functionMsFormula, gigabytes, tracedShare } from './function-time.ts';

/** Wait, run and judge: see statemachines/pipeline.asl.json. */
const transitionsOfQuestion = 3;

/** How often all stages of a pipeline are asked before they are done, after the first call of each: the code's own rule. */
export function questionsOf(assumed: Assumptions): number {
  const { stageDeadlineSeconds } = readFunctionSettings({});
  return stageNames.reduce(
    (sum, stage) => sum + questionsUntil(assumed[`${stage}Seconds`], stageDeadlineSeconds[stage]),
    0,
  );
}

function questionsUntil(doneSeconds: number, deadlineSeconds: number): number {
  let polls = 0;
  for (let seconds = 0; seconds < doneSeconds; polls += 1) seconds += pollDelaySeconds(polls, deadlineSeconds);
  return polls;
}

/** The bill of a thousand pipelines of eight stages that pass at once, from their start to their last event. */
export function pipelineLines({ work }: Counts, assumed: Assumptions): CostLine[] {
  const questions = questionsOf(assumed);
  const { pipeline, question } = work;
  const all = plus(pipeline, question, questions);
  const waited = stageNames.length + questions;
  return usageLines(
    { ...all, events: pipeline.events + 1, transitions: pipeline.transitions + questions * transitionsOfQuestion },
    { times: 1000, waitMs: waited * assumed.stageMs, because: `with ${questions} questions`, assumed },
  );
}

/** The bill of a thousand executions of a workflow of three steps. */
export function executionLines({ work: { execution } }: Counts, assumed: Assumptions): CostLine[] {
  const steps = 3;
  const memoryFactor = driveWorkflowTask.memoryMegabytes / assumed.memoryMegabytes;
  const waitMs = steps * assumed.stageMs * memoryFactor;
  return usageLines(execution, { times: 1000, waitMs, because: `${steps} steps`, assumed });
}

/** What the dispatcher writes to make a delivery: its item, and an entry of an index. */
const madeDelivery = { writeUnits: 2, tableCalls: 1 };

/** The bill of a million deliveries that are accepted at once, from their making to their end. */
export function deliveryLines({ work: { delivery } }: Counts, assumed: Assumptions): CostLine[] {
  const usage = {
    ...delivery,
    writeUnits: delivery.writeUnits + madeDelivery.writeUnits,
    tableCalls: delivery.tableCalls + madeDelivery.tableCalls,
    messages: 1,
  };
  return usageLines(usage, {
    times: 1_000_000,
    waitMs: assumed.receiverMs,
    because: 'one try',
    queue: 'fairQueueRequests',
    assumed,
  });
}

interface UsageOptions {
  /** How often it happens. */
  times: number;
  /** What functions wait for beside DynamoDB, each time. */
  waitMs: number;
  because: string;
  queue?: 'queueRequests' | 'fairQueueRequests';
  assumed: Assumptions;
}

/** Sent, received and deleted; batches make it less. */
const requestsOfMessage = 3;

/** What is used so many times, as lines of a bill; those of nothing are left out. */
function usageLines(
  usage: Usage,
  { times, waitMs, because, queue = 'queueRequests', assumed }: UsageOptions,
): CostLine[] {
  const seconds = (functionMs(usage, assumed) + waitMs) / 1000;
  const each = (number: number) => `${amount(number)} each, ${because}`;
  const line = (what: string, number: number, price: CostLine['price'], formula = each(number)): CostLine => ({
    what,
    quantity: number * times,
    formula,
    price,
  });
  const traced = usage.invocations * tracedShare(assumed);
  return [
    line('Step Functions', usage.transitions, 'transitions'),
    line('Lambda, calls', usage.invocations, 'lambdaCalls'),
    line(
      'Lambda, time',
      seconds * gigabytes(assumed),
      'lambdaTime',
      `(${functionMsFormula} + ${amount(waitMs)} ms of waiting) × memoryMegabytes ÷ 1,024`,
    ),
    line('DynamoDB, reads', usage.readUnits, 'tableReads'),
    line('DynamoDB, writes', usage.writeUnits, 'tableWrites'),
    line('EventBridge', usage.events, 'busEvents'),
    line('SNS', usage.events, 'topicMessages'),
    line('SNS, filter on the body', (usage.events * assumed.eventBytes) / 1e9, 'topicFiltering', 'events × eventBytes'),
    line('SQS', usage.messages * requestsOfMessage, queue, `${amount(usage.messages)} messages × ${requestsOfMessage}`),
    line('S3', usage.objectWrites, 'objectWrites'),
    line('CloudWatch, logs', (usage.invocations * assumed.taskLogBytes) / 1e9, 'logs', 'calls × taskLogBytes'),
    line('X-Ray', traced, 'traces', 'calls × the share that is traced'),
  ].filter(({ quantity }) => quantity > 0);
}

function plus(one: Usage, other: Usage, times: number): Usage {
  const names = Object.keys(one) as (keyof Usage)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name] * times])) as unknown as Usage;
}
