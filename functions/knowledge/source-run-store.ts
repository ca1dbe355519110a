import type { Backend, Item, Key } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import type { Refresh, StoredPlan } from './refresh.ts';
import type { PlannedSource } from './refresh-plan.ts';
import { expiryOf } from './refresh-store.ts';
import type { SourceRun } from './source-run.ts';

type Tables = Pick<Backend, 'table'>;

/** Items that are written at a time: enough to be quick, and few enough not to be throttled. */
const batchSize = 20;

/** Stores the sources of a plan, numbered from 1 on. Nobody reads them until the plan itself is stored. */
export async function storeSources(
  backend: Tables,
  refresh: Pick<Refresh, 'id' | 'createdMs'>,
  { planId, sources, nowMs }: { planId: string; sources: readonly PlannedSource[]; nowMs: number },
): Promise<void> {
  const items = sources.map((source, index): Item => {
    const run = newSourceRun(source, nowMs);
    return { ...run, ...keyOf(refresh.id, planId, index + 1), expires_at: expiryOf(refresh) };
  });
  for (let start = 0; start < items.length; start += batchSize) {
    const batch = items.slice(start, start + batchSize);
    await Promise.all(batch.map((item) => backend.table('knowledge').put(item)));
  }
}

/** The sources of a plan in their order. */
export async function loadSources(backend: Tables, id: string, plan: StoredPlan | null): Promise<SourceRun[]> {
  if (!plan) return [];
  const [from, before] = [`source#${plan.id}#`, `source#${plan.id}$`];
  const query = { partition: id, from, before, order: 'oldest' as const, limit: 1000 };
  return (await backend.table('knowledge').query(query)).items.map(sourceOf);
}

/** The source of this number, which is known to be stored. */
export async function loadSource(backend: Tables, { id }: Refresh, plan: StoredPlan, number: number) {
  const key = keyOf(id, plan.id, number);
  const item = await backend.table('knowledge').get(key);
  if (!item) throw new Error(`the refresh ${id} has no source ${number}`);
  return sourceOf(item);
}

/**
 * Changes a source by a pure rule, which is asked again when somebody else wrote first. A rule that gives its argument
 * back changes nothing and costs no write.
 */
export function changeSource(
  backend: Tables,
  refresh: Refresh,
  { plan, number }: { plan: StoredPlan; number: number },
  rule: (source: SourceRun) => SourceRun,
): Promise<SourceRun> {
  return untilUnchanged(async () => {
    const before = await loadSource(backend, refresh, plan, number);
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, writes: before.writes + 1 };
    const item = { ...stored, ...keyOf(refresh.id, plan.id, number), expires_at: expiryOf(refresh) };
    await backend.table('knowledge').put(item, { equals: { writes: before.writes } });
    return stored;
  });
}

function newSourceRun({ id, sourceUrl, collection, state, reason }: PlannedSource, nowMs: number): SourceRun {
  return {
    id,
    sourceUrl,
    collection,
    state,
    reason,
    documents: null,
    chunks: null,
    error: null,
    startedMs: null,
    completedMs: state === 'deleted' ? nowMs : null,
    isAccepted: false,
    questions: 0,
    writes: 0,
  };
}

function keyOf(refreshId: string, planId: string, number: number): Key {
  return { pk: refreshId, sk: `source#${planId}#${String(number).padStart(4, '0')}` };
}

function sourceOf({ pk: _pk, sk: _sk, expires_at: _, ...fields }: Readonly<Item>): SourceRun {
  return fields as unknown as SourceRun;
}
