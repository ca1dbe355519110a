import type { Backend, Bus, Objects, StateMachine, Table } from './backend.ts';
import { type Access, allows, type MachineMode, secretsOf, type TableMode, tablesOf } from './resources.ts';

/**
 * The backend as a function with this access may use it; anything beyond throws {@link AccessNotDeclared}, as AWS would
 * refuse it. To be built once for each function: a call then costs one look-up.
 */
export function restrict(backend: Backend, access: Access): Backend {
  const tables = new Map(
    Object.entries(tablesOf(access)).map(([name, mode]) => [name, restrictedTable(backend, name as TableName, mode)]),
  );
  const queues = new Map(access.queues?.map((name) => [name, backend.queue(name)]));
  const machines = new Map(
    Object.entries(access.machines ?? {}).map(([name, mode]) => [
      name,
      restrictedMachine(backend, name as MachineName, mode),
    ]),
  );
  const secrets = new Set<string>(secretsOf(access));
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
type MachineName = Parameters<Backend['machine']>[0];

const noBus: Bus = { publish: async () => refuse('the bus') };

function restrictedTable(backend: Backend, name: TableName, mode: TableMode): Table {
  const table = backend.table(name);
  const reading = allows(mode, 'read') ? undefined : refuser(`reading the table ${name}`);
  const writing = allows(mode, 'write') ? undefined : refuser(`writing the table ${name}`);
  const deleting = allows(mode, 'delete') ? undefined : refuser(`deleting from the table ${name}`);
  return {
    get: reading ?? ((key) => table.get(key)),
    query: reading ?? ((query) => table.query(query)),
    put: writing ?? ((item, condition) => table.put(item, condition)),
    update: writing ?? ((key, changes, condition) => table.update(key, changes, condition)),
    delete: deleting ?? ((key, condition) => table.delete(key, condition)),
  };
}

function restrictedMachine(backend: Backend, name: MachineName, mode: MachineMode): StateMachine {
  const machine = backend.machine(name);
  return {
    start: allows(mode, 'start')
      ? (execution, input) => machine.start(execution, input)
      : refuser(`starting the state machine ${name}`),
    describe: allows(mode, 'describe')
      ? (execution) => machine.describe(execution)
      : refuser(`looking at the state machine ${name}`),
  };
}

function restrictedObjects(objects: Objects, access: NonNullable<Access['objects']> = {}): Objects {
  const modes = Object.entries(access);
  function check(right: 'read' | 'write', key: string): void {
    const isAllowed = modes.some(([prefix, mode]) => key.startsWith(prefix) && allows(mode, right));
    if (!isAllowed) refuse(`${right === 'read' ? 'reading' : 'writing'} the object ${key}`);
  }
  return {
    async get(key) {
      check('read', key);
      return objects.get(key);
    },
    async signedUrl(key, expiresInSeconds) {
      check('read', key);
      return objects.signedUrl(key, expiresInSeconds);
    },
    async put(key, body, contentType) {
      check('write', key);
      return objects.put(key, body, contentType);
    },
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
