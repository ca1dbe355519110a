/** The examples of the API reference for the endpoints that exist, word for word. */
export const referenceExamples = {
  executePipeline: {
    request: {
      task: 'Implement user authentication with JWT tokens',
      stages: ['ingest', 'enrich', 'generate', 'validate', 'test'],
      config: {
        model: 'gpt-4o',
        language: 'python',
        repo_url: 'http://omni-gitea:3000/omni-admin/my-project.git',
        branch: 'feature/auth',
        max_iterations: 3,
        quality_gate: 'strict',
      },
      context: {
        knowledge_sources: ['neo4j', 'qdrant', 'wiki'],
        max_context_tokens: 16000,
      },
    },
    response: {
      pipeline_id: 'pipe_abc123',
      status: 'running',
      stages: {
        ingest: { status: 'completed', duration_ms: 2340 },
        enrich: { status: 'running', started_at: '2025-01-15T10:30:05Z' },
        generate: { status: 'pending' },
        validate: { status: 'pending' },
        test: { status: 'pending' },
      },
      created_at: '2025-01-15T10:30:00Z',
    },
  },
  createWorkflow: {
    request: {
      name: 'code-review-pipeline',
      description: 'Automated code review with AI analysis',
      trigger: {
        type: 'webhook',
        event: 'push',
        filter: { branch: 'main' },
      },
      steps: [
        {
          name: 'analyze',
          service: 'neo4j-graphrag-api',
          action: 'POST /patterns/recommend',
          input: { task: '{{event.commit_message}}' },
        },
        {
          name: 'scan',
          service: 'security-shield',
          action: 'POST /api/v1/scan',
          input: { repo: '{{event.repo_url}}', commit: '{{event.sha}}' },
          depends_on: [],
        },
        {
          name: 'review',
          service: 'ai-coder-alpha',
          action: 'POST /api/v1/tasks',
          input: {
            instruction: 'Review the latest commit: {{event.sha}}',
            context: '{{steps.analyze.output}}',
          },
          depends_on: ['analyze', 'scan'],
        },
      ],
    },
  },
  updateServiceConfig: {
    request: {
      environment: {
        LITELLM_MODEL: 'gpt-4o',
        MAX_TOKENS: '8000',
      },
      resources: {
        memory_limit: '4g',
        cpu_limit: '2.0',
      },
    },
  },
  refreshKnowledge: {
    request: {
      sources: ['all'],
      force_reingest: false,
      rebuild_cache: true,
      collections: ['code_embeddings', 'doc_embeddings'],
    },
  },
  getKnowledgeStatus: {
    response: {
      qdrant: {
        status: 'healthy',
        collections: 4,
        total_points: 125000,
      },
      neo4j: {
        status: 'healthy',
        patterns: 54,
        relationships: 120,
      },
      wiki: {
        status: 'healthy',
        pages: 16,
        last_sync: '2025-01-15T10:00:00Z',
      },
      semantic_cache: {
        status: 'healthy',
        entries: 5420,
        hit_rate: 0.73,
      },
      freshness: {
        sources_monitored: 12,
        stale_sources: 1,
        last_check: '2025-01-15T10:15:00Z',
      },
    },
  },
  getHealth: {
    response: {
      status: 'healthy',
      version: '1.0.0',
      uptime_seconds: 172800,
      services_healthy: 35,
      services_total: 37,
    },
  },
} as const;

/** Rate limits of the reference: requests per window in seconds. */
export const referenceRateLimits = {
  pipeline_execution: [10, 60],
  service_restart: [5, 60],
  knowledge_refresh: [2, 60],
  read: [100, 60],
  webhook_registration: [20, 3600],
} as const;

/** Error codes of the reference with their HTTP status. */
export const referenceErrorCodes = {
  PIPELINE_RUNNING: 409,
  SERVICE_UNAVAILABLE: 503,
  STAGE_FAILED: 500,
  RATE_LIMITED: 429,
  INVALID_WORKFLOW: 400,
  DEPENDENCY_CYCLE: 400,
  TIMEOUT: 504,
} as const;
