import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import { unfinishedIds } from '../core/unfinished-ids.ts';
import type { Operation } from './operation.ts';

const sk = 'operation';

type Tables = Pick<Backend, 'table'>;

/** How long an operation can be read after it began. */
const keptSeconds = 30 * 24 * 3600;

/** The operation of this id, or undefined where there is none. */
export async function findOperation(backend: Tables, id: string): Promise<Operation | undefined> {
  const item = await backend.table('operations').get({ pk: id, sk });
  return item && operationOf(item);
}

/** An operation that is known to be stored. */
export async function loadOperation(backend: Tables, id: string): Promise<Operation> {
  const operation = await findOperation(backend, id);
  if (!operation) throw new Error(`there is no operation ${id}`);
  return operation;
}

/** Stores a new operation; one with this id that is stored already stays as it is. */
export async function createOperation(backend: Tables, operation: Operation): Promise<void> {
  await isApplied(backend.table('operations').put(itemOf(operation), { exists: false }));
}

/**
 * Changes an operation by a pure rule, which is asked again when somebody else wrote first. A rule that gives its argument
 * back changes nothing and costs no write.
 */
export function changeOperation(
  backend: Tables,
  id: string,
  rule: (operation: Operation) => Operation,
): Promise<Operation> {
  return untilUnchanged(async () => {
    const before = await loadOperation(backend, id);
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, writes: before.writes + 1 };
    await backend.table('operations').put(itemOf(stored), { equals: { writes: before.writes } });
    return stored;
  });
}

/** The ids of operations that have something left to do, oldest first. The index may lag: the operation itself decides. */
export function unfinishedOperations(backend: Tables): AsyncGenerator<string> {
  return unfinishedIds(backend.table('operations'), 'restart');
}

function itemOf(operation: Operation): Item {
  return { ...operation, pk: operation.id, sk, expires_at: Math.floor(operation.createdMs / 1000) + keptSeconds };
}

function operationOf({ pk: _pk, sk: _sk, expires_at: _, ...fields }: Item): Operation {
  return fields as unknown as Operation;
}
