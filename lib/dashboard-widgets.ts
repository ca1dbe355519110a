import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { metricNames, metricNamespace } from '../backend/lambda/metric-names.ts';
import type { ApiMetrics } from './api.ts';
import type { MachineMetrics } from './machine.ts';
import { type TableMetric, tableMetric } from './tables.ts';
import { throttledCalls } from './throttled-functions.ts';

type ByName<T> = Record<string, T>;

/** What a deployment has that can be watched. */
export interface Watched {
  deploymentName: string;
  api: ApiMetrics;
  /** By domain. */
  functions: ByName<IFunction[]>;
  machines: ByName<MachineMetrics>;
  queues: ByName<IQueue>;
  deadLetterQueues: ByName<IQueue>;
  tables: ByName<Table>;
  /** The function that probes the services. */
  poller: IFunction;
}

const period = Duration.minutes(5);

/** All widgets, in rows, from what callers notice to what it runs on. Everything of each kind is on it. */
export function widgetRows(watched: Watched): IWidget[][] {
  const rows = [
    ...requestRows(watched),
    functionRow(watched),
    machineRow(watched),
    queueRow(watched),
    deliveryRow(watched),
    ...tableRows(watched),
  ];
  return rows.map((graphs) =>
    graphs.map((graph) => new GraphWidget({ ...graph, ...graphSize, width: rowWidth / graphs.length })),
  );
}

interface Graph {
  title: string;
  left: IMetric[];
}

/** In the units of CloudWatch's grid. */
const rowWidth = 24;
const graphSize = { height: 6, leftYAxis: { min: 0 } };

function requestRows({ deploymentName, api }: Watched): Graph[][] {
  const outcomes = ['2xx', '4xx', '5xx'];
  const metric = (outcome: string) => measured(deploymentName, 'requests', outcome);
  return [
    [
      graph(
        'Requests, by status',
        outcomes.map((outcome) => metric(outcome).count),
      ),
      graph(
        'Requests: duration, 99th percentile',
        outcomes.map((outcome) => metric(outcome).durationMs),
      ),
    ],
    [
      graph('API Gateway: answers of 4xx and 5xx', [
        labelled(api.requests, 'all'),
        labelled(api.clientErrors, '4xx'),
        labelled(api.serverErrors, '5xx'),
      ]),
      graph('API Gateway: latency, 99th percentile', [
        labelled(api.latencyMs, 'in all'),
        labelled(api.integrationLatencyMs, 'of functions'),
      ]),
    ],
  ];
}

function functionRow({ functions, poller }: Watched): Graph[] {
  const perDomain = (title: string, combine: 'SUM' | 'MAX', metricOf: (handler: IFunction) => IMetric) =>
    graph(
      title,
      Object.entries(functions).map(([domain, own]) => combined(combine, domain, own.map(metricOf))),
    );
  return [
    perDomain('Functions: errors, by domain', 'SUM', (handler) => handler.metricErrors({ period })),
    perDomain('Functions: slowest 95th percentile, by domain', 'MAX', (handler) =>
      handler.metricDuration({ period, statistic: Stats.p(95) }),
    ),
    graph('Functions: throttled in the account', [labelled(throttledCalls(), 'throttled')]),
    graph('Poller of services', [
      labelled(poller.metricInvocations({ period }), 'calls'),
      labelled(poller.metricErrors({ period }), 'errors'),
    ]),
  ];
}

function machineRow({ machines }: Watched): Graph[] {
  const all = Object.entries(machines);
  return [
    graph(
      'State machines: started',
      all.map(([name, { started }]) => labelled(started, name)),
    ),
    graph(
      'State machines: broken off',
      all.flatMap(([name, { brokenOff }]) =>
        Object.entries(brokenOff).map(([how, metric]) => labelled(metric, `${name} ${how}`)),
      ),
    ),
    graph(
      'State machines: duration, 95th percentile',
      all.map(([name, { durationMs }]) => labelled(durationMs, name)),
    ),
  ];
}

function queueRow({ queues, deadLetterQueues }: Watched): Graph[] {
  const waiting = (queue: IQueue) => queue.metricApproximateNumberOfMessagesVisible({ period });
  return [
    graph(
      'Queues: age of the oldest message',
      each(queues, (queue) => queue.metricApproximateAgeOfOldestMessage({ period })),
    ),
    graph('Queues: messages that wait', each(queues, waiting)),
    graph('Dead letters', each(deadLetterQueues, waiting)),
  ];
}

function deliveryRow({ deploymentName }: Watched): Graph[] {
  const outcomes = ['attempts_accepted', 'attempts_failed'];
  const metric = (outcome: string) => measured(deploymentName, 'deliveries', outcome);
  return [
    graph(
      'Webhooks: attempts at deliveries',
      outcomes.map((outcome) => metric(outcome).count),
    ),
    graph(
      'Webhooks: duration of attempts, 99th percentile',
      outcomes.map((outcome) => metric(outcome).durationMs),
    ),
  ];
}

function tableRows({ tables }: Watched): Graph[][] {
  const ofEach = (metricName: TableMetric) => each(tables, (table) => tableMetric(table, metricName));
  return [
    [
      graph('Tables: throttled reads', ofEach('ReadThrottleEvents')),
      graph('Tables: throttled writes', ofEach('WriteThrottleEvents')),
    ],
    [
      graph('Tables: read units', ofEach('ConsumedReadCapacityUnits')),
      graph('Tables: write units', ofEach('ConsumedWriteCapacityUnits')),
    ],
  ];
}

/** What the functions themselves measure; see emf-meter.ts. */
function measured(deploymentName: string, kind: 'requests' | 'deliveries', outcome: string) {
  const { count, durationMs } = metricNames(kind);
  const common = {
    namespace: metricNamespace,
    dimensionsMap: { service: deploymentName, outcome },
    label: outcome,
    period,
  };
  return {
    count: new Metric({ ...common, metricName: count, statistic: Stats.SUM }),
    durationMs: new Metric({ ...common, metricName: durationMs, statistic: Stats.p(99) }),
  };
}

/** One line of many metrics. Their ids in the graph begin with its label, so that no two lines share one. */
function combined(how: 'SUM' | 'MAX', label: string, metrics: IMetric[]): IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`${label}${index}`, metric]));
  return new MathExpression({ expression: `${how}([${Object.keys(usingMetrics)}])`, usingMetrics, label, period });
}

function each<T>(named: ByName<T>, metricOf: (one: T) => Metric): IMetric[] {
  return Object.entries(named).map(([name, one]) => labelled(metricOf(one), name));
}

function labelled(metric: Metric, label: string): IMetric {
  return metric.with({ label });
}

function graph(title: string, left: IMetric[]): Graph {
  return { title, left };
}
