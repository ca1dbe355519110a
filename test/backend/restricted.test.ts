import { expect, it } from 'vitest';
import { type Backend, systemClock } from '../../backend/backend.ts';
import type { Access } from '../../backend/resources.ts';
import { AccessNotDeclared, restrict } from '../../backend/restricted.ts';

/** A backend whose every operation answers with its own name. */
const whole = {
  table: () => ({
    get: named('get'),
    query: named('query'),
    put: named('put'),
    update: named('update'),
    delete: named('delete'),
  }),
  queue: () => ({ send: named('send') }),
  machine: () => ({ start: named('start'), describe: named('describe') }),
  bus: { publish: named('publish') },
  objects: { get: named('get'), put: named('put'), signedUrl: named('signedUrl') },
  secrets: { get: named('secret') },
  clock: systemClock,
} as unknown as Backend;

function named(name: string) {
  return async () => name;
}

const key = { pk: 'p', sk: 's' };
const operations: Record<string, (backend: Backend) => Promise<unknown>> = {
  get: (backend) => backend.table('locks').get(key),
  query: (backend) => backend.table('locks').query({ partition: 'p', limit: 1 }),
  put: (backend) => backend.table('locks').put(key),
  update: (backend) => backend.table('locks').update(key, {}),
  delete: (backend) => backend.table('locks').delete(key),
  'number events': async (backend) => [
    await backend.table('sequences').get(key),
    await backend.table('sequences').put(key, { exists: false }),
  ],
  'other table': (backend) => backend.table('events').get(key),
  send: (backend) => backend.queue('event-log').send([]),
  start: (backend) => backend.machine('pipeline').start('x', {}),
  describe: (backend) => backend.machine('pipeline').describe('x'),
  publish: (backend) => backend.bus.publish([]),
  'get object': (backend) => backend.objects.get('pipelines/k'),
  'sign object': (backend) => backend.objects.signedUrl('pipelines/k', 1),
  'put object': (backend) => backend.objects.put('pipelines/k', '', 'text/plain'),
  'get other object': (backend) => backend.objects.get('k'),
  'sign other object': (backend) => backend.objects.signedUrl('k', 1),
  'put other object': (backend) => backend.objects.put('k', '', 'text/plain'),
  secret: (backend) => backend.secrets.get('token'),
  'other secret': (backend) => backend.secrets.get('upstream/code-forge'),
};

const cases: { access: Access; allowed: string[] }[] = [
  { access: {}, allowed: [] },
  { access: { tables: { locks: 'read' } }, allowed: ['get', 'query'] },
  { access: { tables: { locks: 'write' } }, allowed: ['put', 'update'] },
  { access: { tables: { locks: 'read-write' } }, allowed: ['get', 'query', 'put', 'update'] },
  { access: { tables: { locks: 'read-write-delete' } }, allowed: ['get', 'query', 'put', 'update', 'delete'] },
  { access: { queues: ['event-log'] }, allowed: ['send'] },
  { access: { machines: { pipeline: 'start' } }, allowed: ['start'] },
  { access: { machines: { pipeline: 'describe' } }, allowed: ['describe'] },
  { access: { machines: { pipeline: 'start-describe' } }, allowed: ['start', 'describe'] },
  { access: { bus: true }, allowed: ['publish', 'number events'] },
  { access: { objects: { 'pipelines/': 'read' } }, allowed: ['get object', 'sign object'] },
  { access: { objects: { 'pipelines/': 'write' } }, allowed: ['put object'] },
  { access: { objects: { 'pipelines/': 'read-write' } }, allowed: ['get object', 'sign object', 'put object'] },
  { access: { secrets: ['token'] }, allowed: ['secret'] },
  { access: { services: ['code-forge'] }, allowed: ['other secret'] },
];

it.each(cases)('with the access $access exactly $allowed can be used', async ({ access, allowed }) => {
  const restricted = restrict(whole, access);
  for (const [name, use] of Object.entries(operations)) {
    const outcome = Promise.resolve().then(() => use(restricted));
    if (allowed.includes(name)) expect(await outcome, name).toEqual(await use(whole));
    else await expect(outcome, name).rejects.toThrow(AccessNotDeclared);
  }
});

it('the error says what was not declared', async () => {
  const restricted = restrict(whole, { tables: { locks: 'read' } });
  await expect(restricted.table('locks').put(key)).rejects.toThrow('access does not declare writing the table locks');
  expect(() => restricted.table('events')).toThrow('the table events');
});
