import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, Consumer } from '../../backend/backend.ts';
import { busRules } from '../../backend/bus-rules.ts';
import { openEmbeddedBackend } from '../../backend/embedded/embedded-backend.ts';
import { type MachineName, machines, type QueueName, queues } from '../../backend/resources.ts';
import { restrict } from '../../backend/restricted.ts';
import { taskContracts } from '../../functions/contracts.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import { newId } from '../../functions/core/ids.ts';
import { createLog } from '../../functions/core/log.ts';
import { restrictReach } from '../../functions/core/reach.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import type { QueueTask } from '../../functions/core/task.ts';
import { eventOf, publishEvents } from '../../functions/events/contract.ts';
import { loadTask } from '../../functions/load-handlers.ts';
import { createSecret } from '../../functions/webhooks/secret-store.ts';
import { newSecret } from '../../functions/webhooks/signing-secret.ts';
import { newWebhook } from '../../functions/webhooks/webhook.ts';
import { createWebhook } from '../../functions/webhooks/webhook-store.ts';
import { createReceivers } from '../../platform/receivers/receivers.ts';

export interface WebhookHome {
  /** Registers a webhook for the events of one branch. */
  register(url: string, branch: string): Promise<void>;
  /** Publishes an event of this branch and gives its id. */
  publish(branch: string): Promise<string>;
  close(): Promise<void>;
}

/** The way of an event in the embedded home, from its publication to the sockets of receivers, with all that runs beside it. */
export async function openWebhookHome(): Promise<WebhookHome> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const settings = readFunctionSettings({ WEBHOOK_ALLOW: '127.0.0.1' });
  const catalogue = { services: [] };
  const receivers = createReceivers({ catalogue, allow: settings.webhookAllow });
  const common = {
    settings,
    log: createLog('ERROR'),
    meter: { record: () => undefined },
    catalogue,
    startedMs: Date.now(),
  };
  const tasks = (await Promise.all(taskContracts.map(loadTask))).filter((task): task is QueueTask => 'consume' in task);
  const homeOf = (ports: Backend, { contract }: QueueTask): Home => ({
    ...common,
    ...restrictReach({ receivers }, contract.access),
    backend: restrict(ports, contract.access),
  });
  const backend = await openEmbeddedBackend({
    folder,
    baseUrl: 'http://127.0.0.1',
    environment: {},
    rules: busRules(queues),
    consumers: (ports) => consumersOf(tasks, (task) => homeOf(ports, task)),
    machines: idleMachines(),
    onFault: (error) => console.error('Background work failed:', error),
  });
  let published = 0;
  return {
    async register(url, branch) {
      const id = newId('wh', Date.now());
      const fields = { url, events: ['pipeline.completed'], filter: { branch }, description: null, enabled: true };
      await createSecret(backend, id, newSecret());
      await createWebhook(backend, newWebhook(id, fields, Date.now()));
    },
    async publish(branch) {
      published += 1;
      const pipeline_id = newId('pipe', Date.now());
      const data = { pipeline_id, repo_url: 'http://git/a', branch, iteration: 1, duration_ms: 5 };
      const event = eventOf('pipeline.completed', { atMs: Date.now(), occurrence: `${published}`, data });
      await publishEvents(backend, [event]);
      return event.id;
    },
    async close() {
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function consumersOf(tasks: QueueTask[], homeOf: (task: QueueTask) => Home): Partial<Record<QueueName, Consumer>> {
  const entries = tasks.flatMap((task) => {
    const { trigger } = task.contract;
    const home = homeOf(task);
    return trigger.type === 'queue'
      ? [[trigger.queue, (messages: Parameters<Consumer>[0]) => task.consume(messages, home)]]
      : [];
  });
  return Object.fromEntries(entries);
}

/** No pipeline is run here. */
function idleMachines() {
  const definition = { StartAt: 'End', States: { End: { Type: 'Succeed' } } };
  const entries = machines.map((name) => [name, { definition, tasks: () => ({}) }]);
  return Object.fromEntries(entries) as Record<
    MachineName,
    { definition: typeof definition; tasks(): Record<string, never> }
  >;
}
