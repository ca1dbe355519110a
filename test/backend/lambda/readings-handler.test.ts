import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LambdaHome } from '../../../backend/lambda/lambda.ts';
import { readingField } from '../../../backend/lambda/metric-names.ts';
import { readingsHandler } from '../../../backend/lambda/readings-handler.ts';
import type { MeteredReading } from '../../../functions/core/figures.ts';
import { createLog } from '../../../functions/core/log.ts';
import { requestReading } from '../../../functions/core/request-reading.ts';
import type { AnyTask } from '../../../functions/core/task.ts';
import { loadFigures } from '../../../functions/observability/load-figures.ts';
import { type RecordedBatch, recordReadings } from '../../../functions/observability/tasks/record-readings.ts';
import { openHome, type TestHome } from '../../functions/open-home.ts';
import { recordsOf } from './printed-records.ts';

let home: TestHome;
const warn = vi.fn();
beforeEach(async () => {
  home = await openHome();
});
afterEach(async () => {
  warn.mockReset();
  await home.close();
});

const operation = { method: 'GET', path: '/health', rateLimit: 'none' } as const;
const reading = (status = 200): MeteredReading =>
  requestReading(operation, { status, durationMs: 12, atMs: home.clock.now() });

/** What a log subscription calls a function with. */
function subscribed(messages: string[], { firstId = 0, logStream = 'a' } = {}): CloudWatchLogsEvent {
  const logEvents = messages.map((message, index) => ({ id: `id-${firstId + index}`, timestamp: 0, message }));
  const data = { logGroup: '/omni/services', logStream, logEvents };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

function handle(event: CloudWatchLogsEvent, task: AnyTask = recordReadings) {
  const log = Object.assign(createLog('SILENT'), { warn });
  const lambdaHome: LambdaHome = { ...home, log };
  return readingsHandler(task, lambdaHome)(event, { functionName: 'f', memoryLimitInMB: '256' } as Context);
}

/** A task that keeps what it is called with. */
function keptBatches() {
  const batches: RecordedBatch[] = [];
  const task = { contract: recordReadings.contract, run: async (batch: RecordedBatch) => void batches.push(batch) };
  return { batches, task: task as AnyTask };
}

const counted = async () => (await loadFigures(home.backend, ['requests'], home.clock.now())).requests;

describe('a call of a log subscription', () => {
  it('adds all readings in it to the figures, and passes over other lines', async () => {
    await handle(subscribed(['START RequestId: 1', ...recordsOf([reading(), reading(), reading(404)]), 'END']));
    expect(await counted()).toMatchObject({ status_200: 2, status_404: 1 });
    expect(warn).not.toHaveBeenCalled();
  });

  it('that is repeated adds nothing', async () => {
    const event = subscribed(recordsOf([reading(), reading()]));
    await handle(event);
    await handle(event);
    expect(await counted()).toMatchObject({ status_200: 2 });
  });

  it('beside another, of another function, adds to the same figures', async () => {
    const records = recordsOf([reading(), reading(), reading()]);
    await Promise.all([handle(subscribed(records.slice(0, 1))), handle(subscribed(records.slice(1), { firstId: 1 }))]);
    expect(await counted()).toMatchObject({ status_200: 3 });
  });

  it('of another log stream is another batch, whatever the ids of its log events', async () => {
    for (const logStream of ['a', 'b']) await handle(subscribed(recordsOf([reading()]), { logStream }));
    expect(await counted()).toMatchObject({ status_200: 2 });
  });

  it('with records that cannot be read adds the others, and tells each with its log event and the reason', async () => {
    const [good = ''] = recordsOf([reading()]);
    const [old = ''] = recordsOf([{ ...reading(), atMs: home.clock.now() - 16 * 24 * 3_600_000 }]);
    await handle(subscribed([old, good, JSON.stringify({ [readingField]: 'no JSON' })]));
    expect(await counted()).toMatchObject({ status_200: 1 });
    const message = 'a record of a reading cannot be read';
    expect(warn.mock.calls).toEqual([
      [message, { log_event_id: 'id-0', reason: 'atMs: is older than 15 days' }],
      [message, { log_event_id: 'id-2', reason: 'it is no reading' }],
    ]);
  });

  it('never logs the term that subscriptions look for, since its own lines would come back to it', async () => {
    await handle(subscribed([JSON.stringify({ [readingField]: '{}' })]));
    expect(JSON.stringify(warn.mock.calls)).not.toContain(readingField);
  });

  it('fails when its readings cannot be recorded, so that it is repeated', async () => {
    const failing = { ...recordReadings, run: () => Promise.reject(new Error('throttled')) } as AnyTask;
    await expect(handle(subscribed(recordsOf([reading()])), failing)).rejects.toThrow('throttled');
  });

  it('without readings records nothing, such as the one by which CloudWatch tries whether it may call', async () => {
    const { batches, task } = keptBatches();
    await handle(subscribed(['CWL CONTROL MESSAGE: Checking health of destination.']), task);
    expect(batches).toEqual([]);
  });
});

describe('the name of a batch', () => {
  const markersOf = async (...events: CloudWatchLogsEvent[]) => {
    const { batches, task } = keptBatches();
    for (const event of events) await handle(event, task);
    return batches.map(({ marker }) => marker);
  };

  it('is that of its log events, and begins as no id does', async () => {
    const records = recordsOf([reading()]);
    const [first, again, other] = await markersOf(
      subscribed(records),
      subscribed(records),
      subscribed(records, { firstId: 1 }),
    );
    expect(first).toMatch(/^log-[\w-]{16}$/);
    expect([first === again, first === other]).toEqual([true, false]);
  });
});
