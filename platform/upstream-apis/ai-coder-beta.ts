import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'ai-coder-beta';

/** What the orchestrator calls of ai-coder-beta. Solving takes minutes to hours and is polled; the patch is read apart. */
export const aiCoderBeta = {
  solve: (body: SolveRequest): UpstreamCall<SolveJob> => ({
    service,
    method: 'POST',
    path: '/api/v1/solve',
    body,
    schema: solveJob,
  }),
  getSolve: (id: string): UpstreamCall<SolveJob> => ({
    service,
    method: 'GET',
    path: `/api/v1/solve/${encodeURIComponent(id)}`,
    schema: solveJob,
  }),
  /** 404 until the job has completed. */
  getPatch: (id: string): UpstreamCall<SolvePatch> => ({
    service,
    method: 'GET',
    path: `/api/v1/solve/${encodeURIComponent(id)}/patch`,
    schema: solvePatch,
  }),
};

export const solveRequest = z.object({
  repo_url: z.string().min(1),
  issue_description: z.string().min(1),
  model: z.string().optional(),
  branch: z.string().optional(),
});

/** `result` is there once the status is `completed`, `error` once it is `failed`. */
const solveJob = z.object({
  id: z.string().min(1),
  status: z.enum(['queued', 'running', 'completed', 'failed']),
  created_at: z.string(),
  completed_at: z.string().nullish(),
  result: z
    .object({
      summary: z.string(),
      commit_sha: z.string().min(1),
      branch: z.string().min(1),
      files_changed: z.array(z.string()),
      tokens_used: z.int().min(0),
    })
    .nullish(),
  error: z.string().nullish(),
});

/** A unified diff. */
const solvePatch = z.object({ id: z.string(), patch: z.string() });

export type SolveRequest = z.infer<typeof solveRequest>;
export type SolveJob = z.infer<typeof solveJob>;
export type SolvePatch = z.infer<typeof solvePatch>;
