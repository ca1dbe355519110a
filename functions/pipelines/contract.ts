import * as z from 'zod';
import { defineContract } from '../core/contract.ts';
import { pageOf, pageQuery } from '../core/page.ts';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { type StageName, stageNames } from '../core/settings.ts';
import { parseRepository } from './repository.ts';

export { parseRepository } from './repository.ts';
export { countRunning, runningPipelinesUsing } from './running-pipelines.ts';
export { pipelineTasks } from './task-contracts.ts';

/** Repository and branch stand together in one key, of which DynamoDB takes 2,048 bytes; a branch has 765 at most. */
const repositoryBytesMax = 1024;

const repoUrl = z
  .string()
  .max(2048)
  .refine(
    (text) => parseRepository(text) !== undefined,
    'must be an http or https URL whose path has an owner and a name at least, without credentials, query and fragment',
  )
  .refine(
    (text) => Buffer.byteLength(parseRepository(text)?.url ?? '') <= repositoryBytesMax,
    `must not be longer than ${repositoryBytesMax} bytes once normalised`,
  );

/** What git allows in a branch name, from git-check-ref-format, as far as a URL and a shell can meet it. */
const branch = z
  .string()
  .max(255)
  .regex(
    /^(?![/.-]|@$)(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u,
    'must be a valid git branch name',
  );

const stages = z
  .array(z.enum(stageNames))
  .min(1, 'must name at least one stage')
  .refine((names) => new Set(names).size === names.length, 'must not name a stage twice');

export const pipelineRequest = z
  .strictObject({
    task: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(20_000)
      .describe('What the pipeline shall do, in plain words.'),
    stages: stages.optional().describe("The stages to run, in the platform's order; all eight when left out."),
    config: z.strictObject({
      model: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe("The model that the coding agent uses; the agent's own choice when left out."),
      language: z
        .string()
        .min(1)
        .max(50)
        .optional()
        .describe('Programming language, which narrows patterns and context.'),
      repo_url: repoUrl.describe('The repository that is worked on, by http or https and without credentials.'),
      branch: branch.default('main').describe('The branch that is worked on. Only one pipeline at a time runs for it.'),
      max_iterations: z.int().min(1).max(10).default(3).describe('Most rounds of generate, validate and test.'),
      quality_gate: z.enum(['strict', 'standard', 'off']).default('strict').describe('How much validate lets pass.'),
    }),
    context: z
      .strictObject({
        knowledge_sources: z
          .array(z.enum(['neo4j', 'qdrant', 'wiki']))
          .default(['neo4j', 'qdrant', 'wiki'])
          .describe('Where enrich looks for context.'),
        max_context_tokens: z
          .int()
          .min(0)
          .max(1_000_000)
          .default(16_000)
          .describe('Token budget of the context; 0 builds none.'),
      })
      .prefault({}),
  })
  .meta({ id: 'PipelineRequest' });

export type PipelineRequest = z.output<typeof pipelineRequest>;

export const pipelineStatuses = ['running', 'completed', 'failed', 'cancelled'] as const;
export const stageStatuses = ['pending', 'running', 'completed', 'failed', 'skipped'] as const;

const failure = z
  .object({
    code: z.string(),
    stage: z.enum(stageNames).nullable(),
    message: z.string(),
    retryable: z.boolean(),
  })
  .meta({ id: 'PipelineFailure' });

const stageSummary = z
  .object({
    status: z.enum(stageStatuses),
    started_at: utcTimestamp.optional(),
    completed_at: utcTimestamp.optional(),
    duration_ms: z.int().min(0).optional(),
  })
  .meta({ id: 'StageSummary' });

const stageDetail = stageSummary
  .extend({
    attempts: z.int().min(0).describe('How often the stage has been run; each iteration is one attempt.'),
    logs: z.array(z.object({ timestamp: utcTimestamp, level: z.enum(['info', 'warn', 'error']), message: z.string() })),
    logs_truncated: z.boolean(),
    artifacts: z.array(z.object({ name: z.string(), content_type: z.string(), size: z.int(), url: z.url() })),
    error: failure.nullable(),
  })
  .meta({ id: 'StageDetail' });

/** An object with the pipeline's stages as keys, in the platform's order. */
const keyedByStage = <Entry extends z.ZodType>(entry: Entry) =>
  z.object(
    Object.fromEntries(stageNames.map((name) => [name, entry.optional()])) as Record<StageName, z.ZodOptional<Entry>>,
  );

const pipeline = z
  .object({
    pipeline_id: idOf('pipe'),
    status: z.enum(pipelineStatuses),
    stages: keyedByStage(stageSummary),
    task: z.string(),
    config: pipelineRequest.shape.config,
    context: pipelineRequest.shape.context,
    iteration: z.int().min(1),
    created_at: utcTimestamp,
    started_at: utcTimestamp,
    completed_at: utcTimestamp.nullable(),
    cancel_requested_at: utcTimestamp.nullable(),
    error: failure.nullable(),
  })
  .meta({ id: 'Pipeline' });

const pipelineDetail = pipeline
  .extend({
    stages: keyedByStage(stageDetail),
    iterations: z
      .array(z.object({ iteration: z.int().min(1), stages: keyedByStage(stageDetail) }))
      .describe('The result of every iteration; `stages` holds the latest run of each stage.'),
  })
  .meta({ id: 'PipelineDetail' });

export type PipelineView = z.input<typeof pipeline>;
export type PipelineDetailView = z.input<typeof pipelineDetail>;
export type StageDetailView = z.input<typeof stageDetail>;

/** Any text: what is no id of ours names no pipeline, which is a 404 like that of an id that is unknown. */
const byId = z.strictObject({ pipeline_id: z.string() });

export const executePipelineContract = defineContract({
  operationId: 'executePipeline',
  domain: 'pipelines',
  method: 'POST',
  path: '/api/v1/pipeline/execute',
  summary: 'Execute a pipeline',
  description: 'Runs the eight-stage AI coding pipeline, or a subset of its stages, for a branch of a repository.',
  auth: 'bearer',
  rateLimit: 'pipeline_execution',
  isIdempotent: true,
  body: pipelineRequest,
  answers: {
    accepted: {
      status: 202,
      description: 'The pipeline is running.',
      body: pipeline,
      headers: { location: 'Where its status can be read.' },
    },
  },
  errors: ['PIPELINE_RUNNING'],
  timeoutMs: 10_000,
  access: { tables: { pipelines: 'read-write', locks: 'read-write' }, machines: { pipeline: 'start' }, bus: true },
});

export const getPipelineContract = defineContract({
  operationId: 'getPipeline',
  domain: 'pipelines',
  method: 'GET',
  path: '/api/v1/pipeline/{pipeline_id}',
  summary: 'Get a pipeline',
  description:
    'The status of all stages with logs, artifacts and every iteration. Artifact links are valid for an hour.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byId,
  answers: { ok: { status: 200, description: 'The pipeline.', body: pipelineDetail } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { pipelines: 'read' }, objects: { 'pipelines/': 'read' } },
});

export const listPipelinesContract = defineContract({
  operationId: 'listPipelines',
  domain: 'pipelines',
  method: 'GET',
  path: '/api/v1/pipeline',
  summary: 'List pipelines',
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({
    status: z.enum(pipelineStatuses).optional(),
    repo_url: repoUrl.optional(),
    branch: branch.optional(),
    ...pageQuery,
  }),
  answers: {
    ok: { status: 200, description: 'A page of pipelines, newest first.', body: pageOf('pipelines', pipeline) },
  },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { pipelines: 'read' } },
});

export const cancelPipelineContract = defineContract({
  operationId: 'cancelPipeline',
  domain: 'pipelines',
  method: 'POST',
  path: '/api/v1/pipeline/{pipeline_id}/cancel',
  summary: 'Cancel a pipeline',
  description: 'The running stage completes, the pending ones are skipped.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byId,
  answers: {
    accepted: {
      status: 202,
      description: 'The cancellation is noted; the pipeline ends after its running stage.',
      body: pipeline,
    },
    alreadyCancelled: { status: 200, description: 'The pipeline had been cancelled before.', body: pipeline },
  },
  errors: ['NOT_FOUND', 'CONFLICT'],
  timeoutMs: 5_000,
  access: { tables: { pipelines: 'read-write' } },
});

export const pipelineContracts = [
  executePipelineContract,
  listPipelinesContract,
  getPipelineContract,
  cancelPipelineContract,
] as const;
