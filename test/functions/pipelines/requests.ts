import type { PipelineRequest } from '../../../functions/pipelines/contract.ts';
import { pipelineRequest } from '../../../functions/pipelines/contract.ts';

/** The repository that the tests work on unless they say otherwise. */
export const repoUrl = 'http://omni-gitea:3000/omni-admin/my-project.git';

/** The least that a pipeline needs, with changes to its config. */
export function requestBody(config: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return { task: 'Add a login', config: { repo_url: repoUrl, ...config }, ...rest };
}

/** The same as the endpoint's handler gets it: with every default. */
export function validRequest(
  config: Record<string, unknown> = {},
  rest: Record<string, unknown> = {},
): PipelineRequest {
  return pipelineRequest.parse(requestBody(config, rest));
}
