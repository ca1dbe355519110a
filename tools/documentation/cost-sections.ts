import { type Assumptions, assumptionEntries, assumptionsWith } from '../cost/assumptions.ts';
import { amount, type CostLine, dollarsOf, money, totalOf } from '../cost/cost-line.ts';
import { type Counts, readCounts } from '../cost/counts.ts';
import { monthLines } from '../cost/month-cost.ts';
import { type Price, prices } from '../cost/prices.ts';
import { requestCosts, requestLines } from '../cost/request-costs.ts';
import { deliveryLines, executionLines, pipelineLines } from '../cost/work-costs.ts';
import { code, markdownTable } from './markdown-table.ts';

/** The parts of docs/cost.md, computed from what was counted; under other assumptions where some are given. */
export function costSections(assumed: Assumptions = assumptionsWith()): Record<string, string> {
  const counts = readCounts();
  return {
    'cost-summary': summary(counts, assumed),
    'cost-requests': requestTable(counts, assumed),
    'cost-request': bill(requestLines('getPipeline', counts, assumed)),
    'cost-pipelines': bill(pipelineLines(counts, assumed)),
    'cost-executions': bill(executionLines(counts, assumed)),
    'cost-deliveries': bill(deliveryLines(counts, assumed)),
    'cost-month': bill(monthLines(counts, assumed)),
    'cost-sensitivity': sensitivity(counts, assumed),
    'cost-prices': priceTable(),
    'cost-assumptions': assumptionTable(assumed),
  };
}

function summary(counts: Counts, assumed: Assumptions): string {
  const requests = requestCosts(counts, assumed);
  const totalOfRequest = (operationId: string) =>
    requests.find((request) => request.operationId === operationId)?.total ?? Number.NaN;
  const rows: [string, number][] = [
    ['a million reads of a pipeline', totalOfRequest('getPipeline')],
    ['a million starts of a pipeline, without the pipelines', totalOfRequest('executePipeline')],
    ['a thousand pipelines of eight stages', totalOf(pipelineLines(counts, assumed))],
    ['a thousand executions of a workflow of three steps', totalOf(executionLines(counts, assumed))],
    ['a million deliveries to webhooks', totalOf(deliveryLines(counts, assumed))],
    [
      `a month of watching ${assumed.services} services, with nothing else going on`,
      totalOf(monthLines(counts, assumed)),
    ],
  ];
  return markdownTable(
    ['What', 'Dollars'],
    rows.map(([what, dollars]) => [what, money(dollars)]),
  );
}

function requestTable(counts: Counts, assumed: Assumptions): string {
  const rows = requestCosts(counts, assumed).map(({ method, path, ...cost }) => [
    code(`${method} ${path}`),
    ...[cost.api, cost.functions, cost.tables, cost.watching, cost.total].map(money),
  ]);
  return markdownTable(['A million of', 'API Gateway', 'Lambda', 'DynamoDB', 'Logs, traces, figures', 'Dollars'], rows);
}

function bill(lines: readonly CostLine[]): string {
  const rows = lines.map((line) => [
    line.what,
    amount(line.quantity),
    line.formula,
    priceText(prices[line.price]),
    money(dollarsOf(line)),
  ]);
  return markdownTable(
    ['What', 'Quantity', 'How it comes about', 'Price', 'Dollars'],
    [...rows, ['**all**', '', '', '', `**${money(totalOf(lines))}**`]],
  );
}

function priceText({ usd, per }: Price): string {
  return per === 1 ? `${usd}` : `${usd} ÷ ${per.toLocaleString('en-US')}`;
}

const intervals = [5, 15, 30, 60];
const numbersOfServices = [37, 100, 370, 1000];

function sensitivity(counts: Counts, assumed: Assumptions): string {
  const rows = intervals.map((probeIntervalSeconds) => [
    `${probeIntervalSeconds} s`,
    ...numbersOfServices.map((services) =>
      money(totalOf(monthLines(counts, { ...assumed, probeIntervalSeconds, services }))),
    ),
  ]);
  return markdownTable(['Probes every', ...numbersOfServices.map((number) => `${amount(number)} services`)], rows);
}

function priceTable(): string {
  const rows = Object.values(prices).map(({ usd, per, unit, source, saidBy }) => [
    `${usd}`,
    `${per === 1 ? '' : `${per.toLocaleString('en-US')} `}${unit}`,
    saidBy,
    source,
  ]);
  return markdownTable(['Dollars', 'For', 'Said by', 'Where'], rows);
}

function assumptionTable(assumed: Assumptions): string {
  const rows = assumptionEntries.map(([name, { meaning, reason }]) => [
    code(name),
    String(assumed[name]),
    meaning,
    reason,
  ]);
  return markdownTable(['Assumption', 'Value', 'Meaning', 'Why'], rows);
}
