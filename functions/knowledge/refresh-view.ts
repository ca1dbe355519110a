import { isoTime } from '../core/schemas.ts';
import { countsOf, type Refresh } from './refresh.ts';
import type { PlannedSource, RefreshPlan } from './refresh-plan.ts';
import type { RefreshDetailView, RefreshEntryView, RefreshPreviewView } from './refresh-schemas.ts';
import type { SourceRun } from './source-run.ts';

const timeOrNull = (timeMs: number | null) => (timeMs === null ? null : isoTime(timeMs));

/** A refresh as lists show it. */
export function refreshEntryView(refresh: Refresh): RefreshEntryView {
  const { id, status, request, counts, plan, error, createdMs, completedMs } = refresh;
  return {
    refresh_id: id,
    status,
    request,
    counts,
    left_out: plan?.leftOut ?? null,
    error,
    created_at: isoTime(createdMs),
    completed_at: timeOrNull(completedMs),
    duration_ms: completedMs === null ? null : Math.max(0, completedMs - createdMs),
  };
}

/** A refresh with its sources, counted as they are now. */
export function refreshDetailView(refresh: Refresh, sources: readonly SourceRun[]): RefreshDetailView {
  return {
    ...refreshEntryView(refresh),
    counts: refresh.counts ?? countsOf(refresh, sources),
    sources: sources.map(sourceView),
    collections: (refresh.collections ?? []).map(({ name, pointsCount, error }) => ({
      name,
      points_count: pointsCount,
      error,
    })),
    caches: refresh.caches,
  };
}

function sourceView(source: SourceRun): RefreshDetailView['sources'][number] {
  const { id, sourceUrl, collection, state, reason, documents, chunks, error, startedMs, completedMs } = source;
  return {
    id,
    source_url: sourceUrl,
    collection,
    state,
    reason,
    documents,
    chunks,
    error,
    started_at: timeOrNull(startedMs),
    completed_at: timeOrNull(completedMs),
  };
}

/** What a refresh of this plan would do. */
export function refreshPreview({ sources, ingestCount, checked, leftOut }: RefreshPlan): RefreshPreviewView {
  return {
    dry_run: true,
    checked,
    to_ingest: ingestCount,
    left_out: leftOut,
    sources: sources.map(({ id, sourceUrl, collection, state, reason }) => ({
      id,
      source_url: sourceUrl,
      collection,
      action: actions[state],
      reason,
    })),
  };
}

const actions: Record<PlannedSource['state'], RefreshPreviewView['sources'][number]['action']> = {
  pending: 'ingest',
  left_out: 'left_out',
  unchanged: 'none',
  deleted: 'none',
};
