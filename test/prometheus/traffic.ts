import { expect, vi } from 'vitest';
import { call, cause, execute, newRepository, ended as pipelineEnded, pipelineRequest } from '../e2e/site.ts';
import { deliveryOnce, publishThree, register, sendTest } from '../e2e/webhook-calls.ts';
import { startWebhookReceiver } from '../e2e/webhook-receiver.ts';
import { create, question, run } from '../e2e/workflow-calls.ts';
import type { ScrapedHome } from './scraped-home.ts';

/** How many requests `makeTraffic` sends to `/api/v1/services`, and nobody else does. */
export const listRequests = 23;

/** Lets happen what each metric counts, and ends when all of it is among the metrics. */
export async function makeTraffic(home: ScrapedHome): Promise<void> {
  await Promise.all([sendRequests(home), failPipeline(home), executeWorkflows(home), deliver(home)]);
  await vi.waitFor(async () => expect(missingIn(await home.metrics())).toEqual([]), { timeout: 30_000, interval: 100 });
}

/** What the traffic comes to. */
const outcome = [
  `omni_http_requests_total{method="GET",route="/api/v1/services",status="200"} ${listRequests}`,
  'omni_http_requests_total{method="GET",route="/api/v1/services/{name}",status="404"} 1',
  'omni_http_requests_total{method="ANY",route="unmatched",status="404"} 1',
  'omni_rate_limited_requests_total{category="service_restart"} 1',
  'omni_pipelines_running 0',
  'omni_pipelines_total{status="completed"} 1',
  'omni_pipelines_total{status="failed"} 1',
  'omni_pipeline_stage_duration_seconds_count{stage="ingest"} 1',
  'omni_pipeline_stages_total{stage="validate",status="failed"} 1',
  'omni_workflow_executions_total{status="completed"} 1',
  'omni_workflow_executions_total{status="failed"} 1',
  'omni_webhook_deliveries_total{outcome="delivered"} 1',
  'omni_webhook_deliveries_total{outcome="dead_lettered"} 1',
  'omni_webhook_deliveries_total{outcome="failed"} 1',
  'omni_webhook_attempts_total{outcome="accepted"} 1',
  'omni_webhook_attempts_total{outcome="failed"} 3',
  'omni_services{status="healthy"} 37',
];

function missingIn(text: string): string[] {
  const lines = new Set(text.split('\n'));
  return outcome.filter((line) => !lines.has(line));
}

async function sendRequests(home: ScrapedHome): Promise<void> {
  const statusOf = async (request: string) => (await call(home, request)).status;
  for (let sent = 0; sent < listRequests; sent += 1) expect(await statusOf('GET /api/v1/services')).toBe(200);
  expect(await statusOf('GET /api/v1/services/nobody')).toBe(404);
  expect(await statusOf('GET /nowhere')).toBe(404);
  let restart = 0;
  while (restart !== 429) restart = await statusOf('POST /api/v1/services/nobody/restart');
}

async function failPipeline(home: ScrapedHome): Promise<void> {
  await cause(home, { service: 'security-shield', fault: 'gate_fails', times: 1 });
  const { pipeline_id } = await execute(home, pipelineRequest(newRepository().url, { stages: ['validate'] }));
  expect((await pipelineEnded(home, pipeline_id)).status).toBe('failed');
}

async function executeWorkflows(home: ScrapedHome): Promise<void> {
  const [good, bad] = [question('ask'), question('ask', { action: 'GET /no/such/path' })];
  expect((await run(home, await create(home, { steps: [good] }))).status).toBe('completed');
  expect((await run(home, await create(home, { steps: [bad] }))).status).toBe('failed');
}

/** A test event is tried once. The end of the pipeline is tried twice, then the delivery goes to the dead letters. */
async function deliver(home: ScrapedHome): Promise<void> {
  const receiver = await startWebhookReceiver(home.receiverAddress);
  const refuses = () => ({ status: 500 });
  const { url: repo_url } = newRepository();
  const [accepting, refusing, listening] = [
    await register(home, receiver.open()),
    await register(home, receiver.open(refuses)),
    await register(home, receiver.open(refuses), { events: ['pipeline.completed'], filter: { repo_url } }),
  ];
  await Promise.all([sendTest(home, accepting.path), sendTest(home, refusing.path), publishThree(home, repo_url)]);
  await deliveryOnce(home, accepting.path, { status: 'delivered' });
  await deliveryOnce(home, refusing.path, { status: 'failed' });
  await deliveryOnce(home, listening.path, { status: 'dead_lettered' });
  await receiver.close();
}
