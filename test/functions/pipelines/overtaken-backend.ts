import type { Backend, Table } from '../../../backend/backend.ts';

/**
 * A backend where somebody else is faster, once: `overtake` happens after a pipeline was loaded and right before the
 * conditional write of what was decided from it.
 */
export function overtakenBackend(backend: Backend, overtake: () => Promise<unknown>): OvertakenBackend {
  const pipelines = backend.table('pipelines');
  let isOvertaken = false;
  const slow: Table = {
    ...pipelines,
    put: async (item, condition) => {
      if (item.sk === 'pipeline' && !isOvertaken) {
        isOvertaken = true;
        await overtake();
      }
      return pipelines.put(item, condition);
    },
  };
  return {
    ...backend,
    isOvertaken: () => isOvertaken,
    table: (name) => (name === 'pipelines' ? slow : backend.table(name)),
  };
}

export interface OvertakenBackend extends Backend {
  /** Whether the write was attempted that is overtaken. */
  isOvertaken(): boolean;
}
