import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'container-manager';

/** What the orchestrator calls of container-manager (Portainer). */
export const containerManager = {
  listStacks: (): UpstreamCall<Stack[]> => ({ service, method: 'GET', path: '/api/stacks', schema: stacks }),
  /** Pulls the stack's repository and rolls it out. Never repeated blindly: a second one would roll out again. */
  redeployStack: (
    id: number,
    endpointId: number,
    body: RedeployRequest,
  ): UpstreamCall<Stack> & { isRepeatable: false } => ({
    service,
    method: 'PUT',
    path: `/api/stacks/${id}/git/redeploy`,
    query: { endpointId },
    body,
    schema: stack,
    isRepeatable: false,
  }),
};

export const redeployRequest = z.object({
  RepositoryReferenceName: z.string().optional(),
  PullImage: z.boolean().optional(),
  Prune: z.boolean().optional(),
});

/** `Status` 1 is active, 2 inactive. Dates are epoch seconds; `UpdateDate` is 0 until the first redeployment. */
const stack = z.object({
  Id: z.int(),
  Name: z.string(),
  EndpointId: z.int(),
  Status: z.int(),
  CreationDate: z.int(),
  UpdateDate: z.int(),
  GitConfig: z
    .object({ URL: z.string(), ReferenceName: z.string(), ConfigFilePath: z.string(), ConfigHash: z.string() })
    .nullish(),
});

const stacks = z.array(stack);

export type RedeployRequest = z.infer<typeof redeployRequest>;
export type Stack = z.infer<typeof stack>;
