import { readFileSync } from 'node:fs';
import { type Backend, type BusEvent, type Json, systemClock, type Table } from '../../backend/backend.ts';
import { openObjects } from '../../backend/embedded/objects.ts';
import { type Access, type MachineName, machines, type TableName, tables } from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import { loadTask } from '../../functions/load-handlers.ts';
import { type CountedMachine, countedMachine } from './counted-machine.ts';
import { countedTable } from './counted-table.ts';
import type { Usage } from './usage.ts';

interface CountedOptions {
  folder: string;
  stored: Record<TableName, Table>;
  /** What is used is added here. */
  usage: Usage;
  /** The home of a function with this access. */
  homeOf(access: Access): Home;
}

/** Ports that count, and what runs the work that they were asked for; until then executions and events wait. */
export async function countedBackend({ folder, stored, usage, homeOf }: CountedOptions) {
  const published: BusEvent[] = [];
  const handlers = await Promise.all(taskContracts.map(loadTask));
  const tasksOf = (name: MachineName) =>
    handlers.flatMap((task) => {
      const { trigger, access } = task.contract;
      if (trigger.type !== 'state-machine' || trigger.machine !== name || !('run' in task)) return [];
      return [[trigger.placeholder, (input: unknown): Promise<Json> => task.run(input, homeOf(access))] as const];
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
      countedTable(stored[name as TableName], indexes, usage),
    ]),
  ) as Record<TableName, Table>;
  const ports: Backend = {
    table: (name) => counted[name],
    queue: (name) => {
      throw new Error(`Nothing sends to the queue ${name} itself.`);
    },
    bus: { publish: async (events) => void published.push(...events) },
    machine,
    objects: openObjects({ folder, baseUrl: 'http://127.0.0.1', clock: systemClock }),
    secrets: { get: async () => undefined },
    clock: systemClock,
  };

  /** Each event is a batch of its own, as on a quiet day. */
  async function deliver(event: BusEvent): Promise<void> {
    for (const task of handlers) {
      if (!('consume' in task)) continue;
      const message = { id: event.id, body: event as unknown as Json, receives: 1 };
      const { retry } = await task.consume([message], homeOf(task.contract.access));
      if (retry.length > 0) throw new Error(`${task.contract.name} could not handle the event ${event.type}.`);
    }
  }

  return {
    ports,
    async runStarted() {
      for (const name of machines) await machine(name).runStarted();
      for (const event of published.splice(0)) await deliver(event);
    },
  };
}
