import type { EventData, EventType } from './event-types.ts';

const pipeline = {
  pipeline_id: 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3',
  repo_url: 'http://omni-gitea:3000/omni-admin/my-project',
  branch: 'feature/auth',
};

const workflow = {
  workflow_id: 'wf_01jhnkp8r2c5d3v7w9x0y1z2a3',
  execution_id: 'exec_01jhnkp8r2c5d3v7w9x0y1z2a3',
  name: 'code-review-pipeline',
  version: 2,
  trigger: 'webhook' as const,
  chain: ['wf_01jhnkp8r2c5d3v7w9x0y1z2a3'],
};

/** The `data` of one event of every type, as a receiver may meet it; shown in docs/events.md. */
export const eventExamples: { [T in EventType]: EventData<T> } = {
  'pipeline.started': {
    ...pipeline,
    task: 'Implement user authentication with JWT tokens',
    stages: ['ingest', 'enrich', 'generate', 'validate', 'test'],
  },
  'pipeline.stage.completed': {
    ...pipeline,
    stage: 'validate',
    status: 'failed',
    iteration: 1,
    duration_ms: 41_200,
    reasons: ['high finding: SQL injection in src/login.py:42.'],
  },
  'pipeline.completed': { ...pipeline, iteration: 2, duration_ms: 1_284_000 },
  'pipeline.failed': {
    ...pipeline,
    iteration: 3,
    duration_ms: 2_710_000,
    error: {
      code: 'STAGE_FAILED',
      stage: 'test',
      message: 'The test stage failed: CI step test failed (exit code 1).',
      retryable: false,
    },
  },
  'pipeline.cancelled': { ...pipeline, iteration: 1, duration_ms: 95_000 },
  'service.health_changed': {
    service: 'litellm-proxy',
    from: 'healthy',
    to: 'unhealthy',
    reason: 'answered 503',
    root_cause: 'postgres',
    impacted: ['ai-coder-alpha', 'ai-coder-beta', 'ai-gateway'],
  },
  'service.restarted': {
    service: 'litellm-proxy',
    operation_id: 'op_01jhnkp8r2c5d3v7w9x0y1z2a3',
    action: 'recreate',
    outcome: 'restarted',
    duration_ms: 8_420,
    config_revision: 4,
    reason: null,
  },
  'service.config.changed': {
    service: 'litellm-proxy',
    revision: 4,
    environment: ['LITELLM_MODEL', 'MAX_TOKENS'],
    resources: ['memory_limit'],
  },
  'webhook.disabled': {
    webhook_id: 'wh_01jhnkp8r2c5d3v7w9x0y1z2a3',
    reason: 'failing',
    failing_since: '2026-01-10T10:29:41.205Z',
  },
  'knowledge.refreshed': {
    refresh_id: 'ref_01jhnkp8r2c5d3v7w9x0y1z2a3',
    status: 'completed_with_errors',
    duration_ms: 84_300,
    checked: 12,
    ingested: 2,
    unchanged: 9,
    deleted: 0,
    errors: 1,
    left_out: 0,
    error: null,
  },
  'knowledge.source.stale': {
    source_id: 'src-3',
    source_url: 'http://omni-wikijs:3000/incident-reviews',
    collection: 'doc_embeddings',
    last_ingested_at: '2026-01-13T08:12:00.000Z',
  },
  'workflow.completed': {
    ...workflow,
    duration_ms: 48_200,
    steps: { completed: 3, failed: 0, skipped: 0 },
  },
  'workflow.failed': {
    ...workflow,
    duration_ms: 12_900,
    steps: { completed: 1, failed: 1, skipped: 1 },
    error: { code: 'STEP_FAILED', step: 'scan', message: 'security-shield: POST /api/v1/scan answered 500' },
  },
};
