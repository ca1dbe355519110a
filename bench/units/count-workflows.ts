import { createHmac } from 'node:crypto';
import type { HttpRequest } from '../../functions/core/http.ts';
import { hooksSecret } from './counted-backend.ts';
import type { CountedSite } from './counted-site.ts';
import type { Usage } from './usage.ts';

type CountedRequest = <T>(operationId: string, status: number, input?: Partial<HttpRequest>) => Promise<T>;

/** Three steps, one after the other, that read. */
const steps = ['ai-coder-alpha', 'security-shield', 'vector-memory'].map((service, index, services) => ({
  name: service,
  service,
  action: 'GET /health',
  depends_on: services.slice(Math.max(0, index - 1), index),
}));

/** Counts the requests about workflows, and gives what an execution of three steps takes from its start to its events. */
export async function countWorkflows(site: CountedSite, request: CountedRequest): Promise<Usage> {
  const headers = { 'content-type': 'application/json' };
  const body = jsonOf({ name: 'counted', trigger: { type: 'webhook', event: 'push' }, steps });
  const { id } = await request<{ id: string }>('createWorkflow', 201, { headers, body });
  const parameters = { id };
  await request('validateWorkflow', 200, { headers, body });
  await request('updateWorkflow', 200, { parameters, headers, body });
  await request('getWorkflow', 200, { parameters });
  const { execution_id } = await request<{ execution_id: string }>('executeWorkflow', 202, { parameters });
  const execution = await site.runStarted();
  const ofExecution = { parameters: { id, execution_id } };
  const { status } = await request<{ status: string }>('getWorkflowExecution', 200, ofExecution);
  if (status !== 'completed') throw new Error(`The execution of a workflow has ${status}.`);
  await request('listWorkflowExecutions', 200, { parameters });
  const pushed = jsonOf({ ref: 'refs/heads/main', after: '1'.repeat(40) });
  const { executions } = await request<{ executions: { execution_id: string }[] }>('receiveHook', 202, {
    parameters: { event: 'push' },
    headers: { ...headers, 'x-github-event': 'push', 'x-hub-signature-256': signatureOf(pushed) },
    body: pushed,
  });
  const started = String(executions[0]?.execution_id);
  await request('cancelWorkflowExecution', 202, { parameters: { id, execution_id: started } });
  await request('deleteWorkflow', 204, { parameters });
  return execution;
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function signatureOf(body: Uint8Array): string {
  return `sha256=${createHmac('sha256', hooksSecret).update(body).digest('hex')}`;
}
