import { defineTask, type TaskContract } from '../core/contract.ts';
import { type StageName, stageNames } from '../core/settings.ts';

/** The services that each stage calls; its function can read their credentials and no others. */
export const stageServices: Record<StageName, string[]> = {
  ingest: ['knowledge-ingestor', 'freshness-monitor', 'semantic-cache'],
  enrich: ['neo4j-graphrag-api', 'token-infinity'],
  generate: ['ai-coder-alpha', 'ai-coder-beta'],
  validate: ['code-fortress', 'security-shield', 'source-control'],
  test: ['code-forge'],
  deploy: ['backup-fortress', 'container-manager'],
  monitor: ['observatory', 'log-nexus', 'ai-observability'],
  learn: ['knowledge-ingestor', 'semantic-cache', 'integration-hub'],
};

/** The stages that read what an earlier call or stage has kept: `generate` its context, `test` the logs that it has. */
const readsArtifacts: readonly StageName[] = ['generate', 'test'];

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
      objects: { 'pipelines/': readsArtifacts.includes(stage) ? 'read-write' : 'write' },
      bus: true,
      services: stageServices[stage],
    },
  };
}

export const finishPipelineTask = defineTask({
  name: 'finish-pipeline',
  domain: 'pipelines',
  summary: "Records a pipeline's end, announces it and frees the branch.",
  trigger: { type: 'state-machine', machine: 'pipeline', placeholder: 'FinishFunction' },
  timeoutMs: 30_000,
  access: { tables: { pipelines: 'read-write', locks: 'delete' }, bus: true },
});

export const reconcilePipelinesTask = defineTask({
  name: 'reconcile-pipelines',
  domain: 'pipelines',
  summary: 'Starts pipelines whose start was cut short, and ends those whose execution ended without saying so.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 60_000,
  access: {
    tables: { pipelines: 'read-write', locks: 'delete' },
    machines: { pipeline: 'start-describe' },
    bus: true,
  },
});

export const pipelineTasks: readonly TaskContract[] = [
  ...stageNames.map(stageTask),
  finishPipelineTask,
  reconcilePipelinesTask,
];
