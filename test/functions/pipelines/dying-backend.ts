import type { Backend, Table } from '../../../backend/backend.ts';

/**
 * A backend that lets `writes` writes through (of tables, bus and objects) and fails the next, and everything after it,
 * as a process does that dies. With `isAnswerLost` the fatal write still happens, and only nobody learns of it.
 */
export function dyingBackend(backend: Backend, writes: number, isAnswerLost: boolean): Backend & { isDead(): boolean } {
  let left = writes;
  let isDead = false;
  async function write<T>(act: () => Promise<T>): Promise<T> {
    if (isDead) throw new Death();
    left -= 1;
    if (left >= 0) return act();
    isDead = true;
    if (isAnswerLost) await act();
    throw new Death();
  }
  const dying = (table: Table): Table => ({
    get: (key) => (isDead ? Promise.reject(new Death()) : table.get(key)),
    query: (query) => (isDead ? Promise.reject(new Death()) : table.query(query)),
    put: (...args) => write(() => table.put(...args)),
    update: (...args) => write(() => table.update(...args)),
    delete: (...args) => write(() => table.delete(...args)),
  });
  return {
    ...backend,
    isDead: () => isDead,
    table: (name) => dying(backend.table(name)),
    bus: { publish: (events) => write(() => backend.bus.publish(events)) },
    objects: { ...backend.objects, put: (...args) => write(() => backend.objects.put(...args)) },
  };
}

export class Death extends Error {
  override name = 'Death';
}
