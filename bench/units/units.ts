import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../backend/backend.ts';
import { contracts } from '../../functions/contracts.ts';
import type { HttpRequest } from '../../functions/core/http.ts';
import { requestReading } from '../../functions/core/request-reading.ts';
import { stageNames } from '../../functions/core/settings.ts';
import { foldReadings } from '../../functions/observability/tasks/fold-readings.ts';
import { recordReadings } from '../../functions/observability/tasks/record-readings.ts';
import type { PipelineDetailView, PipelineView } from '../../functions/pipelines/contract.ts';
import { pollServices } from '../../functions/services/tasks/poll-services.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../../platform/simulated/start-simulated-platform.ts';
import type { Benchmark, Measure } from '../measure.ts';
import { samplePipelineRequest } from '../pipelines/sample-request.ts';
import { countKnowledge } from './count-knowledge.ts';
import { countWorkflows } from './count-workflows.ts';
import { type CountedSite, openCountedSite } from './counted-site.ts';
import { noUsage, type Usage } from './usage.ts';

/** The goal of the design, for eight stages that each answer at once. */
const transitionsMax = 40;

/** Until the records of services are as large as they become. */
const pollsBefore = 10;

/** What a pipeline of eight stages and one request of each endpoint use on AWS, counted by DynamoDB's and Step Functions' rules. */
export const units: Benchmark = {
  name: 'units',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
    const catalogue = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
    const platform = await startSimulatedPlatform({ catalogue, database: ':memory:', delayScale: 0 });
    const site = await openCountedSite(folder, platform.catalogue);
    try {
      return await count(site);
    } finally {
      site.close();
      await platform.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function count(site: CountedSite): Promise<Measure[]> {
  const byOperation = new Map<string, Usage>();
  async function request<T>(operationId: string, status: number, input: Parameters<CountedSite['request']>[1] = {}) {
    const { answer, usage } = await site.request(operationId, input);
    if (answer.status !== status) throw new Error(`${operationId} answers ${answer.status}: ${answer.body}`);
    byOperation.set(operationId, usage);
    const isJson = answer.headers['content-type']?.startsWith('application/json');
    return (isJson ? JSON.parse(answer.body) : null) as T;
  }
  const execute = (project: string) => {
    const body = Buffer.from(JSON.stringify(samplePipelineRequest(project)));
    const headers = { 'content-type': 'application/json', 'idempotency-key': project };
    return request<PipelineView>('executePipeline', 202, { headers, body });
  };
  const { pipeline_id } = await execute('counted');
  const pipeline = await site.runStarted();
  const detail = await request<PipelineDetailView>('getPipeline', 200, { parameters: { pipeline_id } });
  const isWhole = stageNames.every((stage) => detail.stages[stage]?.status === 'completed');
  if (!isWhole) throw new Error(`Not all eight stages completed: ${JSON.stringify(detail.error)}`);
  const other = await execute('cancelled');
  await request('cancelPipeline', 202, { parameters: { pipeline_id: other.pipeline_id } });
  for (let round = 0; round < pollsBefore; round += 1) await site.runTask(pollServices, {});
  const poll = await site.runTask(pollServices, {});
  const headers = { 'content-type': 'application/json' };
  const parameters = { name: 'redis' };
  const body = Buffer.from(JSON.stringify({ environment: { MODE: 'other' } }));
  await request('updateServiceConfig', 200, { parameters, headers, body });
  const restarted = await site.requestAndRun('restartService', { parameters });
  if (restarted.answer.status !== 200) throw new Error(`the restart answers ${restarted.answer.body}`);
  const dryRun = Buffer.from(JSON.stringify({ dry_run: true }));
  await request('restartService', 200, { parameters, headers, body: dryRun });
  const { operation_id } = JSON.parse(restarted.answer.body);
  await request('getOperation', 200, { parameters: { operation_id } });
  for (const operationId of ['getService', 'getServiceDependencies', 'getServiceConfig', 'getServiceMetrics'])
    await request(operationId, 200, { parameters });
  const { events } = await request<{ events: { id: string }[] }>('listEvents', 200);
  await request('getEvent', 200, { parameters: { event_id: String(events[0]?.id) } });
  const measuring = { in50s: await countReadings(site, 50), alone: await countReadings(site, 1) };
  const delivery = await countWebhooks(site, request);
  const execution = await countWorkflows(site, request);
  const refresh = await countKnowledge(site, request);
  for (const { operationId } of contracts) if (!byOperation.has(operationId)) await request(operationId, 200);
  return [
    { name: 'Poll of 37 services on AWS: DynamoDB request units', value: unitsOf(poll) },
    {
      name: '1,000 requests measured on AWS, 50 in a log batch: DynamoDB request units',
      value: unitsOf(measuring.in50s),
    },
    { name: '1,000 requests measured on AWS, each alone: DynamoDB request units', value: unitsOf(measuring.alone) },
    { name: 'Delivery of an event to a webhook on AWS: DynamoDB request units', value: unitsOf(delivery) },
    {
      name: 'Execution of a workflow of three steps on AWS: state transitions, DynamoDB request units',
      value: `${execution.transitions}, ${unitsOf(execution)}`,
    },
    {
      name: 'Refresh of the knowledge layer with one stale source on AWS: state transitions, DynamoDB request units',
      value: `${refresh.transitions}, ${unitsOf(refresh)}`,
    },
    {
      name: 'Restart that replaces a container on AWS: state transitions, DynamoDB request units',
      value: `${restarted.usage.transitions}, ${unitsOf(restarted.usage)}`,
    },
    {
      name: 'Pipeline of eight stages on AWS: state transitions',
      value: String(pipeline.transitions),
      goal: `≤ ${transitionsMax}`,
      isMet: pipeline.transitions <= transitionsMax,
    },
    { name: 'Pipeline of eight stages on AWS: DynamoDB request units', value: unitsOf(pipeline) },
    ...[...byOperation].map(([operationId, usage]) => ({
      name: `Request ${operationId} on AWS: DynamoDB request units`,
      value: unitsOf(usage),
    })),
  ];
}

/** Endpoints that the measured requests go to. */
const routes = 5;

/** What it takes to add a thousand requests to the figures, when a log subscription brings so many at a time. */
async function countReadings(site: CountedSite, batchSize: number): Promise<Usage> {
  const all = noUsage();
  const add = (usage: Usage) => {
    for (const name of Object.keys(all) as (keyof Usage)[]) all[name] += usage[name];
  };
  for (let batch = 0; batch < 1000 / batchSize; batch += 1) {
    const readings = Array.from({ length: batchSize }, (_, index) => {
      const operation = { method: 'GET', path: `/route/${index % routes}`, rateLimit: 'read' } as const;
      return requestReading(operation, { status: 200, durationMs: 20 + index, atMs: systemClock.now() });
    });
    add(await site.runTask(recordReadings, { marker: `counted-${batchSize}-${batch}`, readings }));
  }
  add(await site.runTask(foldReadings, {}));
  return all;
}

type CountedRequest = <T>(operationId: string, status: number, input?: Partial<HttpRequest>) => Promise<T>;

/** Counts the requests about webhooks, and gives what one delivery takes from its message to its end. */
async function countWebhooks(site: CountedSite, request: CountedRequest): Promise<Usage> {
  const headers = { 'content-type': 'application/json' };
  const registered = Buffer.from(JSON.stringify({ url: 'https://hooks.example.com/', events: ['*'] }));
  const { id } = await request<{ id: string }>('createWebhook', 201, { headers, body: registered });
  const parameters = { id };
  const body = Buffer.from(JSON.stringify({ description: 'Counted.' }));
  await request('updateWebhook', 200, { parameters, headers, body });
  await request('rotateWebhookSecret', 200, { parameters });
  const { id: delivery_id } = await request<{ id: string }>('testWebhook', 202, { parameters });
  const delivery = await site.runStarted();
  for (const operationId of ['getWebhook', 'listWebhookDeliveries']) await request(operationId, 200, { parameters });
  const ofDelivery = { parameters: { id, delivery_id } };
  await request('getWebhookDelivery', 200, ofDelivery);
  await request('redeliverWebhookDelivery', 202, ofDelivery);
  await request('deleteWebhook', 204, { parameters });
  return delivery;
}

function unitsOf({ readUnits, writeUnits }: Usage): string {
  return `${readUnits} read, ${writeUnits} write`;
}
