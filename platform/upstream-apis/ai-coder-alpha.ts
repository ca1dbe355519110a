import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'ai-coder-alpha';

/** What the orchestrator calls of ai-coder-alpha. A task takes minutes to hours and is polled. */
export const aiCoderAlpha = {
  createTask: (body: CodingTaskRequest): UpstreamCall<CodingTask> => ({
    service,
    method: 'POST',
    path: '/api/v1/tasks',
    body,
    schema: codingTask,
  }),
  getTask: (id: string): UpstreamCall<CodingTask> => ({
    service,
    method: 'GET',
    path: `/api/v1/tasks/${encodeURIComponent(id)}`,
    schema: codingTask,
  }),
  /** Stops the task; a task that has ended stays as it is. */
  cancelTask: (id: string): UpstreamCall<CodingTask> => ({
    service,
    method: 'DELETE',
    path: `/api/v1/tasks/${encodeURIComponent(id)}`,
    schema: codingTask,
  }),
};

export const codingTaskRequest = z.object({
  instruction: z.string().min(1),
  /** The repository to work in and the branch to commit to. */
  workspace: z.object({ repo_url: z.string().min(1), branch: z.string().min(1) }).optional(),
  model: z.string().optional(),
  /** Text, or what another service answered. */
  context: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
});

/** `result` is there once the status is `completed`, `error` once it is `failed`. `patch` is a unified diff. */
const codingTask = z.object({
  id: z.string().min(1),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
  created_at: z.string(),
  completed_at: z.string().nullish(),
  result: z
    .object({
      summary: z.string(),
      commit_sha: z.string().min(1),
      branch: z.string().min(1),
      patch: z.string(),
      files_changed: z.array(z.string()),
      tokens_used: z.int().min(0),
    })
    .nullish(),
  error: z.string().nullish(),
});

export type CodingTaskRequest = z.infer<typeof codingTaskRequest>;
export type CodingTask = z.infer<typeof codingTask>;
