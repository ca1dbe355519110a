import { describe, expect, it } from 'vitest';
import type { MeteredReading } from '../../../functions/core/figures.ts';
import { requestReading } from '../../../functions/core/request-reading.ts';
import { newDelivery, withCancellation } from '../../../functions/webhooks/delivery.ts';
import { attemptReading, endReading } from '../../../functions/webhooks/delivery-reading.ts';
import { printedWhile, recordsOf } from './printed-records.ts';

const atMs = Date.parse('2025-01-15T10:30:00.000Z');
const operation = { method: 'GET', path: '/health', rateLimit: 'none' } as const;
const request = (status: number) => requestReading(operation, { status, durationMs: 12, atMs });
const delivery = newDelivery({
  id: 'dlv_1',
  webhookId: 'wh_1',
  eventId: 'evt_1',
  eventType: 'pipeline.completed',
  body: '{}',
  isTest: false,
  createdMs: atMs,
});
const attempt = attemptReading({ durationMs: 7, error: 'did not answer' }, delivery, atMs);

/** What CloudWatch makes of a record: its dimensions with their values, and its metrics with theirs. */
function metricsOf(reading: MeteredReading | undefined) {
  const [line = ''] = recordsOf(reading ? [reading] : []);
  const record = JSON.parse(line);
  const [{ Namespace, Dimensions, Metrics }] = record._aws.CloudWatchMetrics;
  expect([Namespace, Dimensions]).toEqual(['OmniOrchestrator', [['service', 'outcome']]]);
  const values = Metrics.map(({ Name }: { Name: string }) => [Name, record[Name]]);
  return { service: record.service, outcome: record.outcome, ...Object.fromEntries(values) };
}

describe('a reading on AWS', () => {
  it.each([
    [200, '2xx'],
    [302, '3xx'],
    [404, '4xx'],
    [503, '5xx'],
  ])('of a request with status %d is one metric of the deployment and %s, and its duration', (status, outcome) => {
    expect(metricsOf(request(status))).toEqual({ service: 'Omni', outcome, Requests: 1, RequestsDuration: 12 });
  });

  it('of an attempt at a delivery tells how the attempt went', () => {
    expect(metricsOf(attempt)).toEqual({
      service: 'Omni',
      outcome: 'attempts_failed',
      Deliveries: 1,
      DeliveriesDuration: 7,
    });
  });

  it('of the end of a delivery that no attempt brought tells the end, and no duration', () => {
    const ended = endReading(withCancellation(delivery, 'the webhook was deleted', atMs), atMs);
    expect(metricsOf(ended)).toEqual({ service: 'Omni', outcome: 'ended_cancelled', Deliveries: 1 });
  });

  it('is one log record', () => {
    expect(recordsOf([request(200), attempt])).toHaveLength(2);
  });
});

describe('a reading that cannot be taken', () => {
  const nonsense = { ...request(500), durationMs: 'long' as unknown as number };

  it('is told with the reason, and does not fail what was measured', () => {
    const { lines, warnings } = printedWhile((meter) => meter.record(nonsense));
    expect(lines).toEqual([]);
    const fields = { kind: 'requests', subject: 'GET /health', error: expect.any(Error) };
    expect(warnings).toEqual([['a reading could not be taken', fields]]);
  });

  it('leaves nothing in the record of the next', () => {
    const { lines } = printedWhile((meter) => {
      meter.record(nonsense);
      meter.record(attempt);
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.not.objectContaining({ Requests: expect.anything() }),
    ]);
  });

  it('for it cannot be printed is told, and the next is printed', () => {
    const { lines, warnings } = printedWhile((meter, print) => {
      print.mockImplementationOnce(() => {
        throw new Error('write EPIPE');
      });
      meter.record(request(200));
      meter.record(request(404));
    });
    expect(warnings).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['4xx']);
  });
});
