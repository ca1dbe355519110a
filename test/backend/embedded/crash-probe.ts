import { writeSync } from 'node:fs';
import type { Backend, BusEvent, Json } from '../../../backend/backend.ts';
import { type EmbeddedOptions, openEmbeddedBackend } from '../../../backend/embedded/embedded-backend.ts';
import { rethrow } from './rethrow.ts';

/**
 * A backend whose work leaves traces: its consumer stores each event, its machine an item for each of two steps. Run as a
 * process of its own, it works without end and tells each thing answered on a line, until it is killed.
 */
export function probeOptions(folder: string): EmbeddedOptions {
  return {
    folder,
    baseUrl: '',
    environment: {},
    rules: [{ pattern: { type: ['probe.published'] }, queue: 'event-log' }],
    consumers: (backend) => ({
      'event-log': async (messages) => {
        for (const { body } of messages) await leaveTrace(backend, (body as unknown as BusEvent).id);
        return { retry: [] };
      },
    }),
    machines: { pipeline: steps, 'service-restart': steps, workflow: steps, 'knowledge-refresh': steps },
    onFault: rethrow,
  };
}

export async function hasTrace(backend: Backend, id: string): Promise<boolean> {
  return (await backend.table('events').get({ pk: id, sk: 'trace' })) !== undefined;
}

async function leaveTrace(backend: Backend, id: string): Promise<void> {
  await backend.table('events').put({ pk: id, sk: 'trace' });
}

function stepOf(backend: Backend) {
  return async (input: Json) => {
    const { name, step } = input as { name: string; step: number };
    await leaveTrace(backend, `${name}-${step}`);
    return input;
  };
}

function task(name: string, step: number, next: object) {
  const parameters = { 'name.$': '$$.Execution.Name', step };
  return { Type: 'Task', Resource: `\${${name}}`, TimeoutSeconds: 10, Parameters: parameters, ...next };
}

const definition = {
  StartAt: 'Take the first step',
  States: {
    'Take the first step': task('FirstStep', 1, { Next: 'Take the second step' }),
    'Take the second step': task('SecondStep', 2, { End: true }),
  },
};

const steps = {
  definition,
  tasks: (backend: Backend) => ({ FirstStep: stepOf(backend), SecondStep: stepOf(backend) }),
};

async function workUntilKilled(folder: string, round: string): Promise<never> {
  const backend = await openEmbeddedBackend(probeOptions(folder));
  const tell = (what: string, id: string) => writeSync(1, `${what} ${id}\n`);
  for (let n = 0; ; n++) {
    const id = `${round}-${n}`;
    const timestamp = new Date().toISOString();
    const event = (kind: string): BusEvent => ({
      id: `${kind}-${id}`,
      type: 'probe.published',
      timestamp,
      sequence: n,
      data: {},
    });
    await Promise.all([
      backend
        .table('locks')
        .put({ pk: id, sk: 'lock', n })
        .then(() => tell('put', id)),
      backend
        .table('requests')
        .update({ pk: 'counter', sk: 'all' }, { add: { count: 1 } })
        .then(() => tell('added', id)),
      backend.bus.publish([event('published')]).then(() => tell('published', id)),
      backend
        .queue('event-log')
        .send([{ body: event('sent') as unknown as Json }])
        .then(() => tell('sent', id)),
      backend
        .machine('pipeline')
        .start(`run-${id}`, { round })
        .then(() => tell('started', id)),
      backend.objects.put(`objects/${id}`, `object ${id}`, 'text/plain').then(() => tell('stored', id)),
    ]);
  }
}

const [, script, folder, round] = process.argv;
if (script === import.meta.filename && folder && round) await workUntilKilled(folder, round);
