import type { SecretName } from '../../backend/resources.ts';
import { defineTask, type TaskContract } from '../core/contract.ts';
import { type StageName, stageNames } from '../core/settings.ts';

/**
 * The services whose credential each stage needs, from the calls it makes; a stage's function can read these secrets
 * and no others.
 */
export const stageCredentials: Record<StageName, string[]> = {
  ingest: ['knowledge-ingestor', 'freshness-monitor', 'semantic-cache'],
  enrich: ['neo4j-graphrag-api', 'token-infinity'],
  generate: ['ai-coder-alpha', 'ai-coder-beta'],
  validate: ['code-fortress', 'security-shield', 'source-control'],
  test: ['code-forge'],
  deploy: ['backup-fortress', 'container-manager'],
  monitor: ['observatory', 'log-nexus', 'ai-observability'],
  learn: ['knowledge-ingestor', 'semantic-cache', 'integration-hub'],
};

const capitalised = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** The task of a stage: each has a function of its own, so that each holds just its own credentials. */
export function stageTask(stage: StageName): TaskContract {
  return {
    name: `run-${stage}`,
    domain: 'pipelines',
    summary: `Starts the ${stage} stage or asks how it stands.`,
    trigger: { type: 'state-machine', machine: 'pipeline', placeholder: `${capitalised(stage)}Function` },
    timeoutMs: 120_000,
    access: {
      tables: { pipelines: 'read-write' },
      objects: 'read-write',
      bus: true,
      secrets: stageCredentials[stage].map((service): SecretName => `upstream/${service}`),
    },
  };
}

export const finishPipelineTask = defineTask({
  name: 'finish-pipeline',
  domain: 'pipelines',
  summary: "Records a pipeline's end, announces it and frees the branch.",
  trigger: { type: 'state-machine', machine: 'pipeline', placeholder: 'FinishFunction' },
  timeoutMs: 30_000,
  access: { tables: { pipelines: 'read-write', locks: 'read-write' }, bus: true },
});

export const reconcilePipelinesTask = defineTask({
  name: 'reconcile-pipelines',
  domain: 'pipelines',
  summary: 'Starts pipelines whose start was cut short, and ends those whose execution ended without saying so.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 60_000,
  access: { tables: { pipelines: 'read-write', locks: 'read-write' }, machines: ['pipeline'], bus: true },
});

export const pipelineTasks: readonly TaskContract[] = [
  ...stageNames.map(stageTask),
  finishPipelineTask,
  reconcilePipelinesTask,
];
