import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'code-forge';

/** What the orchestrator calls of code-forge (Woodpecker). `repository` is `owner/name`. */
export const codeForge = {
  /** Never repeated blindly: Woodpecker knows no idempotency key, and a second call would be a second run. */
  createPipeline: (
    repository: string,
    body: CiPipelineRequest,
  ): UpstreamCall<CiPipeline> & { isRepeatable: false } => ({
    service,
    method: 'POST',
    path: pipelinesOf(repository),
    body,
    schema: ciPipeline,
    isRepeatable: false,
  }),
  /** The latest runs, newest first. */
  listPipelines: (repository: string): UpstreamCall<CiPipeline[]> => ({
    service,
    method: 'GET',
    path: pipelinesOf(repository),
    schema: z.array(ciPipeline),
  }),
  getPipeline: (repository: string, number: number): UpstreamCall<CiPipeline> => ({
    service,
    method: 'GET',
    path: `${pipelinesOf(repository)}/${number}`,
    schema: ciPipeline,
  }),
  /** The log of one step, named by its `pid`. */
  getStepLog: (repository: string, number: number, pid: number): UpstreamCall<CiLogLine[]> => ({
    service,
    method: 'GET',
    path: `${pipelinesOf(repository)}/${number}/logs/${pid}`,
    schema: ciLog,
  }),
};

export const ciPipelineRequest = z.object({
  branch: z.string().min(1),
  variables: z.record(z.string(), z.string()).optional(),
});

/** `failure`, `killed`, `error` and `declined` are ends that did not succeed; `blocked` waits for a person. */
const ciStatus = z.enum([
  'created',
  'blocked',
  'pending',
  'running',
  'success',
  'failure',
  'killed',
  'error',
  'declined',
  'skipped',
]);

const ciStep = z.object({
  pid: z.int(),
  name: z.string(),
  state: ciStatus,
  exit_code: z.int().nullish(),
  error: z.string().nullish(),
});

/** Times are epoch seconds, 0 for what has not happened. */
const ciPipeline = z.object({
  number: z.int(),
  status: ciStatus,
  branch: z.string(),
  commit: z.string(),
  /** Those that the run was started with. */
  variables: z.record(z.string(), z.string()).nullish(),
  created: z.int().nullish(),
  started: z.int().nullish(),
  finished: z.int().nullish(),
  errors: z.array(z.object({ message: z.string() })).nullish(),
  workflows: z.array(z.object({ name: z.string(), state: ciStatus, children: z.array(ciStep).nullish() })).nullish(),
});

/** On the wire each line is base64; parsed it is text. `time` is seconds since the step began. */
const ciLog = z.array(
  z.object({
    line: z.int(),
    time: z.int(),
    data: z.string().transform((base64) => Buffer.from(base64, 'base64').toString('utf8')),
  }),
);

export type CiPipelineRequest = z.infer<typeof ciPipelineRequest>;
export type CiPipeline = z.infer<typeof ciPipeline>;
export type CiStep = z.infer<typeof ciStep>;
export type CiLogLine = z.infer<typeof ciLog>[number];

function pipelinesOf(repository: string): string {
  return `/api/repos/${repository.split('/').map(encodeURIComponent).join('/')}/pipelines`;
}
