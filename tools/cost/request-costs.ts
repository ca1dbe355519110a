import { contracts } from '../../functions/contracts.ts';
import type { Assumptions } from './assumptions.ts';
import { type CostLine, totalOf } from './cost-line.ts';
import type { Counts } from './counts.ts';
import { functionMs, gigabytes, tracedShare } from './function-time.ts';

/** What a million requests of one kind cost, in dollars, by what is paid for. */
export interface RequestCost {
  operationId: string;
  method: string;
  path: string;
  api: number;
  functions: number;
  tables: number;
  /** Logs, traces, and adding the request to the figures. */
  watching: number;
  total: number;
}

const million = 1_000_000;

/** Of every endpoint, in the order of the registry. What a request starts is not in it. */
export function requestCosts(counts: Counts, assumed: Assumptions): RequestCost[] {
  return contracts.map(({ operationId, method, path }) => {
    const lines = requestLines(operationId, counts, assumed);
    const sumOf = (...names: CostLine['price'][]) => totalOf(lines.filter(({ price }) => names.includes(price)));
    return {
      operationId,
      method,
      path,
      api: sumOf('apiRequests'),
      functions: sumOf('lambdaCalls', 'lambdaTime'),
      tables: totalOf(lines.filter(({ what }) => what === ofRequest)),
      watching: sumOf('logs', 'traces') + totalOf(lines.filter(({ what }) => what === ofMeasuring)),
      total: totalOf(lines),
    };
  });
}

const ofRequest = 'DynamoDB, for the request';
const ofMeasuring = 'DynamoDB, to add it to the figures';

/** The bill of a million requests of one kind. */
export function requestLines(operationId: string, counts: Counts, assumed: Assumptions): CostLine[] {
  const usage = counts.requests[operationId];
  if (!usage) throw new Error(`Nothing was counted of ${operationId}; run npm run cost:count.`);
  const measuring = counts.work.thousandRequestsMeasuredBy50;
  const calls = 1 + assumed.authorizedShare + measuring.invocations / 1000;
  const tableCalls = usage.tableCalls + measuring.tableCalls / 1000;
  const seconds = functionMs({ invocations: calls, tableCalls }, assumed) / 1000;
  const times = (quantity: number) => quantity * million;
  const events = `events, ${usage.events} a request`;
  return [
    { what: 'API Gateway', quantity: million, formula: 'one each', price: 'apiRequests' },
    {
      what: 'Lambda, calls',
      quantity: times(calls),
      formula: `1 + authorizedShare + ${measuring.invocations} ÷ 1,000 to measure`,
      price: 'lambdaCalls',
    },
    {
      what: 'Lambda, time',
      quantity: times(seconds * gigabytes(assumed)),
      formula: `${(seconds * 1000).toFixed(1)} ms × memoryMegabytes ÷ 1,024`,
      price: 'lambdaTime',
    },
    { what: ofRequest, quantity: times(usage.readUnits), formula: `${usage.readUnits} read`, price: 'tableReads' },
    { what: ofRequest, quantity: times(usage.writeUnits), formula: `${usage.writeUnits} write`, price: 'tableWrites' },
    {
      what: ofMeasuring,
      quantity: times(measuring.readUnits / 1000),
      formula: `${measuring.readUnits} read ÷ 1,000`,
      price: 'tableReads',
    },
    {
      what: ofMeasuring,
      quantity: times(measuring.writeUnits / 1000),
      formula: `${measuring.writeUnits} write ÷ 1,000`,
      price: 'tableWrites',
    },
    { what: 'EventBridge', quantity: times(usage.events), formula: events, price: 'busEvents' },
    { what: 'SNS', quantity: times(usage.events), formula: events, price: 'topicMessages' },
    { what: 'CloudWatch, logs', quantity: times(assumed.logBytes) / 1e9, formula: 'logBytes', price: 'logs' },
    {
      what: 'X-Ray',
      quantity: times(tracedShare(assumed)),
      formula: '(1 + 5 % × (requestsPerSecond − 1)) ÷ requestsPerSecond',
      price: 'traces',
    },
  ];
}
