import type { Backend, Bus, Objects, Table } from './backend.ts';
import type { Access, AccessMode } from './resources.ts';

/**
 * The backend as a function with this access may use it; anything beyond throws {@link AccessNotDeclared}, as AWS would
 * refuse it. To be built once for each function: a call then costs one look-up.
 */
export function restrict(backend: Backend, access: Access): Backend {
  const tables = new Map(
    Object.entries(access.tables ?? {}).map(([name, mode]) => [
      name,
      restrictedTable(backend, name as TableName, mode),
    ]),
  );
  const queues = new Map(access.queues?.map((name) => [name, backend.queue(name)]));
  const machines = new Map(access.machines?.map((name) => [name, backend.machine(name)]));
  const secrets = new Set<string>(access.secrets);
  return {
    table: (name) => declared(tables.get(name), `the table ${name}`),
    queue: (name) => declared(queues.get(name), `the queue ${name}`),
    machine: (name) => declared(machines.get(name), `the state machine ${name}`),
    bus: access.bus ? backend.bus : noBus,
    objects: restrictedObjects(backend.objects, access.objects),
    secrets: {
      get: async (name) => (secrets.has(name) ? backend.secrets.get(name) : refuse(`the secret ${name}`)),
    },
    clock: backend.clock,
  };
}

/** A function used what its contract does not declare: a fault of the code, found on one machine before AWS finds it. */
export class AccessNotDeclared extends Error {
  override name = 'AccessNotDeclared';
}

type TableName = Parameters<Backend['table']>[0];

const noBus: Bus = { publish: async () => refuse('the bus') };

function restrictedTable(backend: Backend, name: TableName, mode: AccessMode): Table {
  const table = backend.table(name);
  const reading = mode === 'write' ? refuser(`reading the table ${name}`) : undefined;
  const writing = mode === 'read' ? refuser(`writing the table ${name}`) : undefined;
  return {
    get: reading ?? ((key) => table.get(key)),
    query: reading ?? ((query) => table.query(query)),
    put: writing ?? ((item, condition) => table.put(item, condition)),
    update: writing ?? ((key, changes, condition) => table.update(key, changes, condition)),
    delete: writing ?? ((key, condition) => table.delete(key, condition)),
  };
}

function restrictedObjects(objects: Objects, mode: AccessMode | undefined): Objects {
  const reading = mode?.startsWith('read') ? undefined : refuser('reading objects');
  const writing = mode?.endsWith('write') ? undefined : refuser('writing objects');
  return {
    get: reading ?? ((key) => objects.get(key)),
    signedUrl: reading ?? ((key, expiresInSeconds) => objects.signedUrl(key, expiresInSeconds)),
    put: writing ?? ((key, body, contentType) => objects.put(key, body, contentType)),
  };
}

function declared<T>(port: T | undefined, what: string): T {
  return port ?? refuse(what);
}

function refuser(what: string): () => Promise<never> {
  return async () => refuse(what);
}

function refuse(what: string): never {
  throw new AccessNotDeclared(`The function's access does not declare ${what}.`);
}
