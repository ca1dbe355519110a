import { readFileSync } from 'node:fs';
import type { Backend, BusEvent, Clock, Json, Table } from '../../backend/backend.ts';
import { busRules } from '../../backend/bus-rules.ts';
import { openObjects } from '../../backend/embedded/objects.ts';
import {
  type Access,
  type MachineName,
  machines,
  type QueueName,
  queues,
  type TableName,
  tables,
} from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import { loadTask } from '../../functions/load-handlers.ts';
import { type CountedMachine, countedMachine } from './counted-machine.ts';
import { countedTable } from './counted-table.ts';
import type { openHeat } from './heat.ts';
import type { Usage } from './usage.ts';

/** What senders of hooks sign with. */
export const hooksSecret = 'hooks-secret-0123456789';

interface CountedOptions {
  folder: string;
  stored: Record<TableName, Table>;
  /** What is used is added here. */
  usage: Usage;
  /** The home of a function with this access. */
  homeOf(access: Access): Home;
  clock: Clock;
  heat: ReturnType<typeof openHeat>;
}

/** Ports that count, and what runs the work that they were asked for; until then executions and events wait. */
export async function countedBackend({ folder, stored, usage, homeOf, clock, heat }: CountedOptions) {
  const published: BusEvent[] = [];
  const sent: { queue: QueueName; body: Json }[] = [];
  const rules = busRules(queues);
  const handlers = await Promise.all(taskContracts.map(loadTask));
  const tasksOf = (name: MachineName) =>
    handlers.flatMap((task) => {
      const { trigger, access } = task.contract;
      if (trigger.type !== 'state-machine' || trigger.machine !== name || !('run' in task)) return [];
      const run = (input: unknown): Promise<Json> => {
        usage.invocations += 1;
        return task.run(input, homeOf(access));
      };
      return [[trigger.placeholder, run] as const];
    });
  const counting = new Map(
    machines.map((name) => {
      const file = new URL(`../../statemachines/${name}.asl.json`, import.meta.url);
      const definition = JSON.parse(readFileSync(file, 'utf8'));
      return [name, countedMachine(definition, Object.fromEntries(tasksOf(name)), usage)];
    }),
  );
  const machine = (name: MachineName) => counting.get(name) as CountedMachine;
  const counted = Object.fromEntries(
    Object.entries(tables).map(([name, { indexes }]) => [
      name,
      countedTable(stored[name as TableName], indexes, usage, heat.of(name)),
    ]),
  ) as Record<TableName, Table>;
  const send = (queue: QueueName, body: Json) => {
    usage.messages += 1;
    sent.push({ queue, body });
  };
  const objects = openObjects({ folder, baseUrl: 'http://127.0.0.1', clock });
  const ports: Backend = {
    table: (name) => counted[name],
    queue: (name) => ({
      send: async (messages) => {
        for (const { body } of messages) send(name, body);
      },
    }),
    bus: {
      publish: async (events) => {
        usage.events += events.length;
        published.push(...events);
      },
    },
    machine,
    objects: {
      ...objects,
      put: (...object) => {
        usage.objectWrites += 1;
        return objects.put(...object);
      },
    },
    secrets: { get: async (name) => (name === 'hooks' ? hooksSecret : undefined) },
    clock,
  };

  /** Each message is a batch of its own, as on a quiet day. */
  async function handle({ queue, body }: { queue: QueueName; body: Json }): Promise<void> {
    for (const task of handlers) {
      const { trigger, access, name } = task.contract;
      if (trigger.type !== 'queue' || trigger.queue !== queue || !('consume' in task)) continue;
      usage.invocations += 1;
      const { retry } = await task.consume([{ id: queue, body, receives: 1 }], homeOf(access));
      if (retry.length > 0) throw new Error(`${name} could not handle a message: ${JSON.stringify({ body, retry })}`);
    }
  }

  function deliver(event: BusEvent): void {
    const matching = rules.filter(({ pattern: { type } }) => !type || type.includes(event.type));
    for (const { queue } of matching) send(queue, event as unknown as Json);
  }

  return {
    ports,
    async runStarted() {
      for (const name of machines) await machine(name).runStarted();
      published.splice(0).forEach(deliver);
      while (sent.length > 0) for (const message of sent.splice(0)) await handle(message);
    },
  };
}
