import { describe, expect, it } from 'vitest';
import { contracts, taskContracts } from '../../../functions/contracts.ts';
import { assumptionsWith } from '../../../tools/cost/assumptions.ts';
import { dollarsOf, money, totalOf } from '../../../tools/cost/cost-line.ts';
import { readCounts } from '../../../tools/cost/counts.ts';
import { functionMs, tracedShare } from '../../../tools/cost/function-time.ts';
import { monthLines } from '../../../tools/cost/month-cost.ts';
import { requestCosts, requestLines } from '../../../tools/cost/request-costs.ts';
import { pipelineLines, questionsOf } from '../../../tools/cost/work-costs.ts';

const counts = readCounts();
const assumed = assumptionsWith();

describe('assumptions', () => {
  it('can be set otherwise by name', () => {
    expect(assumptionsWith(['services=100'])).toEqual({ ...assumed, services: 100 });
  });

  it.each(['service=100', 'services=many', 'services=', 'services=-1'])('that are none are refused: %s', (change) => {
    expect(() => assumptionsWith([change])).toThrow();
  });
});

describe('a bill', () => {
  it('is quantities at their prices', () => {
    expect(dollarsOf({ quantity: 2_000_000, price: 'apiRequests' })).toBe(7);
    expect(
      totalOf([
        { quantity: 1000, price: 'transitions' },
        { quantity: 2, price: 'dashboards' },
      ]),
    ).toBeCloseTo(6.025);
  });

  it('shows cents, and what is less than one', () => {
    expect([0, 0.004, 0.01, 1234.5].map(money)).toEqual(['0', '0.004', '0.01', '1234.50']);
  });
});

it('functions run for their calls, their share of starts and the answers of DynamoDB', () => {
  const times = { ...assumed, callMs: 10, coldShare: 0.5, coldMs: 100, tableCallMs: 5 };
  expect(functionMs({ invocations: 2, tableCalls: 3 }, times)).toBe(2 * (10 + 50) + 3 * 5);
});

it('X-Ray records one request a second and a twentieth of the rest', () => {
  expect([0.1, 1, 21].map((requestsPerSecond) => tracedShare({ ...assumed, requestsPerSecond }))).toEqual([
    1,
    1,
    2 / 21,
  ]);
});

describe('the counts', () => {
  it('have every endpoint and every schedule, so that each has its price', () => {
    expect(requestCosts(counts, assumed).map(({ operationId }) => operationId)).toEqual(
      contracts.map(({ operationId }) => operationId),
    );
    const scheduled = taskContracts.filter(({ trigger }) => trigger.type === 'schedule').map(({ name }) => name);
    expect(Object.keys(counts.schedules).sort()).toEqual(scheduled.sort());
  });

  it('of an endpoint that was never counted are missed, not taken for nothing', () => {
    expect(() => requestLines('noSuchRequest', counts, assumed)).toThrow('npm run cost:count');
  });
});

describe('a million requests', () => {
  it('cost at least what API Gateway takes', () => {
    for (const { total } of requestCosts(counts, assumed)) expect(total).toBeGreaterThan(3.5);
  });
});

describe('a thousand pipelines', () => {
  const instant = assumptionsWith(
    ['ingest', 'enrich', 'generate', 'validate', 'test', 'deploy', 'monitor', 'learn'].map(
      (stage) => `${stage}Seconds=0`,
    ),
  );

  it('whose stages are done at once have the transitions that were counted', () => {
    expect(questionsOf(instant)).toBe(0);
    const [transitions] = pipelineLines(counts, instant);
    expect(transitions?.quantity).toBe(counts.work.pipeline.transitions * 1000);
  });

  it('are asked about by the rule of the code: after 1, 2, 3, 4, 6, 8 … seconds', () => {
    expect(questionsOf({ ...instant, testSeconds: 1 })).toBe(1);
    expect(questionsOf({ ...instant, testSeconds: 10 })).toBe(4);
    expect(questionsOf({ ...instant, testSeconds: 11 })).toBe(5);
  });
});

describe('a month of watching', () => {
  const writesOfPolls = (changes: string[]) =>
    monthLines(counts, assumptionsWith(changes)).find(({ what }) => what === 'poll-services: writes')?.quantity ?? 0;

  it('writes in proportion to the rounds of probes, and nearly so to the services', () => {
    expect(writesOfPolls(['probeIntervalSeconds=30'])).toBeCloseTo(writesOfPolls([]) / 2);
    expect(writesOfPolls(['services=370']) / writesOfPolls([])).toBeCloseTo(371 / 38);
  });

  it('costs less where the poller need not wait from round to round', () => {
    const total = (changes: string[]) => totalOf(monthLines(counts, assumptionsWith(changes)));
    expect(total(['probeIntervalSeconds=60'])).toBeLessThan(total([]) - 10);
  });
});
