import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

/** What the orchestrator calls of code-fortress (SonarQube). */
export const codeFortress = {
  getProjectStatus: (projectKey: string, branch?: string): UpstreamCall<ProjectStatusAnswer> => ({
    service: 'code-fortress',
    method: 'GET',
    path: '/api/qualitygates/project_status',
    query: { projectKey, ...(branch === undefined ? {} : { branch }) },
    schema: projectStatusAnswer,
  }),
};

/** `errorThreshold` and `actualValue` are numbers written as text. `NONE` means that no gate was computed. */
const projectStatusAnswer = z.object({
  projectStatus: z.object({
    status: z.enum(['OK', 'WARN', 'ERROR', 'NONE']),
    conditions: z.array(
      z.object({
        status: z.enum(['OK', 'WARN', 'ERROR', 'NO_VALUE']),
        metricKey: z.string(),
        comparator: z.enum(['GT', 'LT', 'EQ', 'NE']),
        errorThreshold: z.string().nullish(),
        actualValue: z.string().nullish(),
      }),
    ),
  }),
});

export type ProjectStatusAnswer = z.infer<typeof projectStatusAnswer>;
