import type { Json } from '../../../backend/backend.ts';
import { Halted } from '../../../backend/embedded/task-gate.ts';
import type { Home } from '../../../functions/core/endpoint.ts';
import { newId } from '../../../functions/core/ids.ts';
import type { AnyTask } from '../../../functions/core/task.ts';
import { newRefresh, type Refresh, withNothingLeft } from '../../../functions/knowledge/refresh.ts';
import { takeKnowledge } from '../../../functions/knowledge/refresh-lock.ts';
import type { RefreshRequest } from '../../../functions/knowledge/refresh-schemas.ts';
import { changeRefresh, createRefresh, loadRefresh } from '../../../functions/knowledge/refresh-store.ts';
import type { SourceRun } from '../../../functions/knowledge/source-run.ts';
import { loadSources } from '../../../functions/knowledge/source-run-store.ts';
import { checkCollections } from '../../../functions/knowledge/tasks/check-collections.ts';
import { finishRefresh } from '../../../functions/knowledge/tasks/finish-refresh.ts';
import { ingestSource } from '../../../functions/knowledge/tasks/ingest-source.ts';
import { planRefresh } from '../../../functions/knowledge/tasks/plan-refresh.ts';
import { rebuildCaches } from '../../../functions/knowledge/tasks/rebuild-caches.ts';
import { runTasks } from '../../statemachines/run-machine.ts';
import type { TestHome } from '../open-home.ts';

export const refreshPath = '/api/v1/knowledge/refresh';

/** An id as refreshes have it, of one that was never stored. */
export const unknownRefresh = 'ref_01jhnkp8r2c5d3v7w9x0y1z2a3';

const tasks: Record<string, AnyTask> = {
  'Plan refresh': planRefresh,
  'Ingest source': ingestSource,
  'Check collections': checkCollections,
  'Rebuild caches': rebuildCaches,
  'Finish refresh': finishRefresh,
};

/** What a request is that says nothing. */
export const plain: RefreshRequest = {
  sources: ['all'],
  force_reingest: false,
  rebuild_cache: true,
  collections: null,
};

/** Stores a refresh that holds the knowledge layer, which no state machine runs; a second later than the one before. */
export async function storedRefresh(home: TestHome, request: Partial<RefreshRequest> = {}): Promise<Refresh> {
  home.clock.advance(1000);
  const refresh = newRefresh(newId('ref', home.clock.now()), { ...plain, ...request }, home.clock.now());
  await takeKnowledge(home.backend, refresh.id, home.clock.now());
  await createRefresh(home.backend, refresh);
  return refresh;
}

/** Lets the next refresh in, as if this one had come to its end. */
export async function letGo({ backend }: TestHome, { id }: Pick<Refresh, 'id'>): Promise<void> {
  await changeRefresh(backend, id, withNothingLeft);
}

export async function refreshNow({ backend }: Pick<Home, 'backend'>, { id }: Pick<Refresh, 'id'>): Promise<Refresh> {
  return loadRefresh(backend, id);
}

/** The sources of a refresh by id, as they are now. */
export async function sourcesNow(
  { backend }: Pick<Home, 'backend'>,
  { id }: Pick<Refresh, 'id'>,
): Promise<Record<string, SourceRun>> {
  const sources = await loadSources(backend, id, (await loadRefresh(backend, id)).plan);
  return Object.fromEntries(sources.map((each) => [each.id, each]));
}

/** Runs a refresh to its end as the state machine does. Each wait takes a minute of the home's time, and none of the test's. */
export async function runRefresh(home: TestHome, { id }: Pick<Refresh, 'id'>): Promise<Refresh> {
  await runTasks('knowledge-refresh.asl.json', { refresh_id: id }, async (state, input) => {
    const outcome = await runState(home, state, input);
    if ('wait_seconds' in outcome) home.clock.advance(60_000);
    return outcome;
  });
  return loadRefresh(home.backend, id);
}

/**
 * The same, however often somebody dies: a function that did is called again by the state machine; when it was the process,
 * the next one runs the execution from its beginning.
 */
export async function runThroughDeaths(homeNow: () => Home, id: string, mortality: Mortality): Promise<void> {
  let hasDied: boolean;
  const perform = async (state: string, input: unknown) => {
    try {
      return await runState(homeNow(), state, input);
    } catch (error) {
      if (!mortality.isDeath(error)) throw error;
      hasDied = true;
      throw mortality.isProcess ? new Halted() : revived(error);
    }
  };
  const revived = (error: unknown) => {
    mortality.revive?.();
    return error;
  };
  do {
    hasDied = false;
    await runTasks('knowledge-refresh.asl.json', { refresh_id: id }, perform).catch((error) => {
      if (!hasDied || !mortality.isProcess) throw error;
    });
    mortality.revive?.();
  } while (hasDied && mortality.isProcess);
}

interface Mortality {
  /** Whether the whole process dies, or one function of it. */
  isProcess: boolean;
  isDeath(error: unknown): boolean;
  /** Called once that is over. */
  revive?(): void;
}

function runState(home: Home, state: string, input: unknown): Promise<object> {
  return (tasks[state] as AnyTask).run(input as Json, home) as Promise<object>;
}
