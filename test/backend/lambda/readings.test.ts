import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emfMeter, readingField } from '../../../backend/lambda/emf-meter.ts';
import type { LambdaHome } from '../../../backend/lambda/lambda.ts';
import { readingIn, readingsHandler } from '../../../backend/lambda/readings-handler.ts';
import type { Reading } from '../../../functions/core/figures.ts';
import { createLog } from '../../../functions/core/log.ts';
import { requestReading } from '../../../functions/core/request-reading.ts';
import { loadFigures } from '../../../functions/observability/load-figures.ts';
import { recordReadings } from '../../../functions/observability/tasks/record-readings.ts';
import { openHome, type TestHome } from '../../functions/open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await home.close();
});

const operation = { method: 'GET', path: '/health', rateLimit: 'none' } as const;
const reading = (status = 200): Reading =>
  requestReading(operation, { status, durationMs: 12.5, atMs: home.clock.now() });

/** The log records that recording these readings writes. */
function recordsOf(readings: Reading[]): string[] {
  const lines: string[] = [];
  const print = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const meter = emfMeter();
  for (const each of readings) meter.record(each);
  vi.unstubAllEnvs();
  print.mockRestore();
  return lines;
}

/** What a log subscription calls a function with. */
function subscribed(messages: string[], firstId = 0): CloudWatchLogsEvent {
  const logEvents = messages.map((message, index) => ({ id: `id-${firstId + index}`, timestamp: 0, message }));
  return { awslogs: { data: gzipSync(JSON.stringify({ logEvents })).toString('base64') } };
}

const handle = (event: CloudWatchLogsEvent) => {
  const lambdaHome: LambdaHome = { ...home, log: createLog('SILENT') };
  return readingsHandler(recordReadings, lambdaHome)(event, { functionName: 'f', memoryLimitInMB: '256' } as Context);
};
const counted = async () => (await loadFigures(home.backend, ['requests'], home.clock.now())).requests;

describe('a reading on AWS', () => {
  it('is one record in the embedded metric format, whose dimensions are few', () => {
    const [line = '', ...others] = recordsOf([reading(404)]);
    expect(others).toEqual([]);
    const record = JSON.parse(line);
    const [metrics] = record._aws.CloudWatchMetrics;
    expect(metrics.Namespace).toBe('OmniOrchestrator');
    expect(metrics.Dimensions).toEqual([['service', 'outcome']]);
    expect(metrics.Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(['Requests', 'RequestsDuration']);
    expect(record).toMatchObject({ outcome: '4xx', Requests: 1, RequestsDuration: 12.5 });
  });

  it('is read back from its record as it was', () => {
    const each = reading(500);
    expect(readingIn(recordsOf([each])[0] ?? '')).toEqual(each);
  });

  it.each([
    ['plain text', `START ${readingField}`],
    ['a log line that quotes the field', JSON.stringify({ message: `{"${readingField}": "{}"}` })],
    ['a field that is not a reading', JSON.stringify({ [readingField]: '{"kind":"requests"}' })],
    [
      'a kind that there is not',
      JSON.stringify({ [readingField]: '{"kind":"x","subject":"a","atMs":1,"figures":{}}' }),
    ],
    ['JSON that is no object', 'null'],
  ])('is not seen in %s', (_, message) => {
    expect(readingIn(message)).toBeUndefined();
  });
});

describe('a call of a log subscription', () => {
  it('adds all readings in it to the figures, and passes over other lines', async () => {
    await handle(subscribed(['START RequestId: 1', ...recordsOf([reading(), reading(), reading(404)]), 'END']));
    expect(await counted()).toMatchObject({ status_200: 2, status_404: 1, duration_us: 37_500 });
  });

  it('that is repeated adds nothing', async () => {
    const event = subscribed(recordsOf([reading(), reading()]));
    await handle(event);
    await handle(event);
    expect(await counted()).toMatchObject({ status_200: 2 });
  });

  it('beside another, of another function, adds to the same figures', async () => {
    const records = recordsOf([reading(), reading(), reading()]);
    await Promise.all([handle(subscribed(records.slice(0, 1))), handle(subscribed(records.slice(1), 1))]);
    expect(await counted()).toMatchObject({ status_200: 3 });
  });
});
