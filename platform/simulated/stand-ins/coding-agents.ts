import { type CodingTask, codingTaskRequest } from '../../upstream-apis/ai-coder-alpha.ts';
import { type SolveJob, type SolvePatch, type SolveRequest, solveRequest } from '../../upstream-apis/ai-coder-beta.ts';
import { spread } from '../spread.ts';
import { bodyOf, type Call, found, isoTime, Refusal, type StandIn } from '../stand-in.ts';
import { type WorkRow, type WorkState, workState } from '../work.ts';
import { codingPatch, commitSha } from './coding-patch.ts';

/** Stands in for the agent that takes tasks (OpenHands). */
export const aiCoderAlpha: StandIn = {
  routes: {
    'POST /api/v1/tasks': (call) => {
      const request = bodyOf(codingTaskRequest, call);
      const row = call.accept({ kind: 'task', request, durationMs: codingMs });
      return { status: 201, body: taskOf(row, call.now) };
    },
    'GET /api/v1/tasks/:id': (call) => ({ body: taskOf(rowOf(call, 'task'), call.now) }),
    'DELETE /api/v1/tasks/:id': (call) => {
      const row = rowOf(call, 'task');
      if (['waiting', 'running'].includes(workState(row, call.now))) call.world.work.stop(row, call.now);
      return { body: taskOf(rowOf(call, 'task'), call.now) };
    },
  },
};

/** Stands in for the agent that solves issues (SWE-agent). */
export const aiCoderBeta: StandIn = {
  routes: {
    'POST /api/v1/solve': (call) => {
      const request = bodyOf(solveRequest, call);
      const row = call.accept({ kind: 'solve', request, durationMs: codingMs });
      return { status: 201, body: solveOf(row, call.now) };
    },
    'GET /api/v1/solve/:id': (call) => ({ body: solveOf(rowOf(call, 'solve'), call.now) }),
    'GET /api/v1/solve/:id/patch': (call) => {
      const row = rowOf(call, 'solve');
      if (workState(row, call.now) !== 'done') throw new Refusal(404, 'NOT_FOUND', 'The job has no patch yet.');
      const { patch } = codingPatch(solveRequest.parse(row.request).issue_description);
      return { body: { id: idOf(row), patch } satisfies SolvePatch };
    },
  },
};

/** Tokens that the agent says it used for this work. */
export function tokensUsed(row: WorkRow): number {
  return spread(`tokens ${row.service} ${row.number}`, 4_000, 18_000);
}

const codingMs = [700, 1_500] as const;

const statuses = {
  waiting: 'queued',
  running: 'running',
  done: 'completed',
  failed: 'failed',
  stopped: 'cancelled',
} as const satisfies Record<WorkState, CodingTask['status']>;

function taskOf(row: WorkRow, now: number): CodingTask {
  const { instruction, workspace } = codingTaskRequest.parse(row.request);
  const { patch, title, filesChanged } = codingPatch(instruction);
  const result = { ...resultOf(row, title, workspace?.branch), patch, files_changed: filesChanged };
  return { ...progressOf(row, now, result), status: statuses[workState(row, now)] };
}

function solveOf(row: WorkRow, now: number): SolveJob {
  const { issue_description, branch }: SolveRequest = solveRequest.parse(row.request);
  const { title, filesChanged } = codingPatch(issue_description);
  const result = { ...resultOf(row, title, branch), files_changed: filesChanged };
  const state = workState(row, now);
  return { ...progressOf(row, now, result), status: state === 'stopped' ? 'failed' : statuses[state] };
}

function progressOf<Result>(row: WorkRow, now: number, result: Result) {
  const state = workState(row, now);
  const hasEnded = state === 'done' || state === 'failed';
  return {
    id: idOf(row),
    created_at: isoTime(row.accepted_at),
    completed_at: hasEnded && row.ends_at !== null ? isoTime(row.ends_at) : null,
    result: state === 'done' ? result : null,
    error: state === 'failed' ? 'The agent gave up: it could not make its own tests pass.' : null,
  };
}

function resultOf(row: WorkRow, title: string, branch = 'main') {
  return {
    summary: `${title} (written by a stand-in, without a model)`,
    commit_sha: commitSha(`${row.service} ${row.number}`),
    branch,
    tokens_used: tokensUsed(row),
  };
}

function idOf(row: WorkRow): string {
  return `${row.kind}-${row.number}`;
}

function rowOf(call: Call, kind: 'task' | 'solve'): WorkRow {
  const number = Number(call.params['id']?.replace(`${kind}-`, ''));
  return found(Number.isInteger(number) ? call.world.work.find(call.service, kind, number) : undefined, kind);
}
