import { systemClock } from '../../backend/backend.ts';
import { contracts } from '../../functions/contracts.ts';
import type { HttpRequest } from '../../functions/core/http.ts';
import { requestReading } from '../../functions/core/request-reading.ts';
import { stageNames } from '../../functions/core/settings.ts';
import { foldReadings } from '../../functions/observability/tasks/fold-readings.ts';
import { recordReadings } from '../../functions/observability/tasks/record-readings.ts';
import type { PipelineDetailView, PipelineView } from '../../functions/pipelines/contract.ts';
import { pollServices } from '../../functions/services/tasks/poll-services.ts';
import { samplePipelineRequest } from '../pipelines/sample-request.ts';
import { countKnowledge } from './count-knowledge.ts';
import { countWorkflows } from './count-workflows.ts';
import type { CountedSite } from './counted-site.ts';
import { addUsage, noUsage, type Usage } from './usage.ts';

/** Until the records of services are as large as they become. */
const pollsBefore = 10;

/** What goes on behind the requests. */
export type WorkName =
  | 'pipeline'
  | 'execution'
  | 'refresh'
  | 'restart'
  | 'delivery'
  | 'poll'
  | 'thousandRequestsMeasuredBy50'
  | 'thousandRequestsMeasuredAlone';

/** Counts one request of each endpoint, and the work that requests start, from what they started to its events. */
export async function countWork(site: CountedSite): Promise<{
  requests: Record<string, Usage>;
  work: Record<WorkName, Usage>;
}> {
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
  return {
    requests: Object.fromEntries(byOperation),
    work: {
      pipeline,
      execution,
      refresh,
      restart: restarted.usage,
      delivery,
      poll,
      thousandRequestsMeasuredBy50: measuring.in50s,
      thousandRequestsMeasuredAlone: measuring.alone,
    },
  };
}

/** Endpoints that the measured requests go to. */
const routes = 5;

/** What it takes to add a thousand requests to the figures, when a log subscription brings so many at a time. */
async function countReadings(site: CountedSite, batchSize: number): Promise<Usage> {
  const all = noUsage();
  for (let batch = 0; batch < 1000 / batchSize; batch += 1) {
    const readings = Array.from({ length: batchSize }, (_, index) => {
      const operation = { method: 'GET', path: `/route/${index % routes}`, rateLimit: 'read' } as const;
      return requestReading(operation, { status: 200, durationMs: 20 + index, atMs: systemClock.now() });
    });
    addUsage(all, await site.runTask(recordReadings, { marker: `counted-${batchSize}-${batch}`, readings }));
  }
  addUsage(all, await site.runTask(foldReadings, {}));
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
