import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'source-control';

/** The most that Gitea gives at once by default. */
export const branchesPerPage = 50;

/** What the orchestrator calls of source-control (Gitea). `repository` is `owner/name`. */
export const sourceControl = {
  getRepository: (repository: string): UpstreamCall<GitRepository> => ({
    service,
    method: 'GET',
    path: pathOf(repository),
    schema: gitRepository,
  }),
  /** One page, from 1; a page with fewer than {@link branchesPerPage} is the last. */
  listBranches: (repository: string, page = 1): UpstreamCall<GitBranch[]> => ({
    service,
    method: 'GET',
    path: `${pathOf(repository)}/branches`,
    query: { page, limit: branchesPerPage },
    schema: gitBranches,
  }),
  createHook: (repository: string, body: GitHookRequest): UpstreamCall<GitHook> => ({
    service,
    method: 'POST',
    path: `${pathOf(repository)}/hooks`,
    body,
    schema: gitHook,
  }),
};

const gitRepository = z.object({
  id: z.int(),
  full_name: z.string(),
  default_branch: z.string(),
  clone_url: z.string(),
  private: z.boolean(),
  empty: z.boolean(),
});

const gitBranches = z.array(
  z.object({ name: z.string(), commit: z.object({ id: z.string(), message: z.string(), timestamp: z.string() }) }),
);

export const gitHookRequest = z.object({
  type: z.literal('gitea'),
  config: z.object({ url: z.string().min(1), content_type: z.literal('json'), secret: z.string().optional() }),
  events: z.array(z.string()).min(1),
  active: z.boolean().optional(),
});

const gitHook = z.object({ id: z.int(), type: z.string(), events: z.array(z.string()), active: z.boolean() });

export type GitRepository = z.infer<typeof gitRepository>;
export type GitBranch = z.infer<typeof gitBranches>[number];
export type GitHookRequest = z.infer<typeof gitHookRequest>;
export type GitHook = z.infer<typeof gitHook>;

function pathOf(repository: string): string {
  return `/api/v1/repos/${repository.split('/').map(encodeURIComponent).join('/')}`;
}
