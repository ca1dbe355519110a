import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { type Turn, takeTurn } from '../ingest-turn.ts';
import { knowledgeClient } from '../knowledge-client.ts';
import type { Refresh, StoredPlan } from '../refresh.ts';
import { loadRefresh } from '../refresh-store.ts';
import { isOver, pauseSeconds, type SourceRun, timeOut, withBegun, withEnd } from '../source-run.ts';
import { changeSource, loadSource } from '../source-run-store.ts';
import { ingestSourceTask } from '../task-contracts.ts';

interface IngestInput {
  refresh_id: string;
  /** The number of the source in the plan. */
  source: number;
}

const done = { next: 'done' } as const;

/**
 * Brings one source as far as it goes now, and says whether to wait and ask again. A call that is repeated goes on where
 * the source stands; one that has ended, or whose refresh has, is done.
 */
export const ingestSource = task(ingestSourceTask, async ({ refresh_id, source: number }: IngestInput, home: Home) => {
  const { backend } = home;
  const refresh = await loadRefresh(backend, refresh_id);
  const { plan } = refresh;
  if (!plan) throw new Error(`the refresh ${refresh_id} has no plan yet`);
  if (refresh.status !== 'running' || isOver(await loadSource(backend, refresh, plan, number))) return done;
  return work({ home, refresh, plan, number });
});

interface Job {
  home: Home;
  refresh: Refresh;
  plan: StoredPlan;
  number: number;
}

async function work({ home, refresh, plan, number }: Job) {
  const { backend, settings } = home;
  const deadlineSeconds = settings.knowledgeSourceDeadlineSeconds;
  const change = (rule: (source: SourceRun) => SourceRun) => changeSource(backend, refresh, { plan, number }, rule);
  const begun = await change((source) => withBegun(source, backend.clock.now()));
  const upstream = knowledgeClient(home, { timeoutMs: settings.upstreamTimeoutMs, requestId: refresh.id });
  const turn = await takeTurn(upstream, begun, `${refresh.id}:${encodeURIComponent(begun.id)}`);
  const nowMs = backend.clock.now();
  const after = await change((source) => withTurn(source, turn, { deadlineSeconds, nowMs }));
  if (isOver(after)) return done;
  const retryAfterMs = 'retryAfterMs' in turn ? turn.retryAfterMs : 0;
  return { next: 'wait', wait_seconds: pauseSeconds(after, { deadlineSeconds, retryAfterMs, nowMs }) } as const;
}

function withTurn(
  source: SourceRun,
  turn: Turn,
  { deadlineSeconds, nowMs }: { deadlineSeconds: number; nowMs: number },
): SourceRun {
  if (isOver(source)) return source;
  const reason = 'reason' in turn ? turn.reason : undefined;
  const end = 'end' in turn ? turn.end : timeOut(source, { deadlineSeconds, nowMs, reason });
  if (end) return withEnd(source, end, nowMs);
  const isAccepted = source.isAccepted || ('isAccepted' in turn && turn.isAccepted);
  return { ...source, isAccepted, questions: source.questions + 1 };
}
