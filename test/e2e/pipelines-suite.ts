import { describe, expect, it, vi } from 'vitest';
import { stageNames } from '../../functions/core/settings.ts';
import {
  call,
  cause,
  ended,
  eventsOf,
  execute,
  newRepository,
  pipelineOnce,
  pipelineRequest,
  type Site,
  statuses,
} from './site.ts';

/** What anyone can see of pipelines from outside; runs unchanged against both homes. */
export function describePipelines(site: () => Site): void {
  describe.concurrent('running pipelines', () => {
    it("the reference's example request runs its five stages to the end, with logs and artifacts for each", async () => {
      const repository = newRepository();
      const answer = await call(site(), 'POST /api/v1/pipeline/execute', { body: referenceExample(repository.url) });
      expect(answer.status).toBe(202);
      const id = answer.body['pipeline_id'] as string;
      expect(id).toMatch(/^pipe_[0-9a-z]{26}$/);
      const [stage = ''] = /\/v1$/.exec(site().baseUrl) ?? [];
      expect(answer.headers.get('location')).toBe(`${stage}/api/v1/pipeline/${id}`);
      expect(answer.body).toMatchObject({ status: 'running', created_at: expect.stringMatching(/\.\d{3}Z$/) });
      expect(Object.keys(answer.body['stages'] as object)).toEqual([
        'ingest',
        'enrich',
        'generate',
        'validate',
        'test',
      ]);

      const pipeline = await ended(site(), id);
      expect(pipeline).toMatchObject({ status: 'completed', iteration: 1, error: null });
      for (const [name, stage] of Object.entries(pipeline.stages)) {
        expect(stage, name).toMatchObject({
          status: 'completed',
          attempts: 1,
          error: null,
          duration_ms: expect.any(Number),
        });
        expect(stage?.logs.length, name).toBeGreaterThan(1);
        expect(stage?.artifacts.length, name).toBeGreaterThan(0);
      }
    });

    it('without `stages` all eight run in order, and every artifact can be fetched by its link', async () => {
      const { pipeline_id } = await execute(site(), pipelineRequest(newRepository().url));
      const pipeline = await ended(site(), pipeline_id);
      expect(Object.entries(statuses(pipeline))).toEqual(stageNames.map((name) => [name, 'completed']));
      const starts = Object.values(pipeline.stages).map((stage) => stage?.started_at);
      expect(starts).toEqual([...starts].sort());
      for (const artifact of Object.values(pipeline.stages).flatMap((stage) => stage?.artifacts ?? [])) {
        const response = await fetch(artifact.url);
        expect(response.status, artifact.name).toBe(200);
        expect((await response.arrayBuffer()).byteLength, artifact.name).toBe(artifact.size);
      }
    });

    it('a gate that fails once sends the work back to generate, with the reasons, and the second iteration passes', async () => {
      const repository = newRepository();
      await cause(site(), { service: 'security-shield', fault: 'gate_fails', match: repository.name, times: 1 });
      const { pipeline_id } = await execute(
        site(),
        pipelineRequest(repository.url, { stages: ['generate', 'validate', 'test'] }),
      );
      const pipeline = await ended(site(), pipeline_id);
      expect(pipeline).toMatchObject({ status: 'completed', iteration: 2 });
      expect(pipeline.iterations.map(({ stages }) => stages.validate?.status)).toEqual(['failed', 'completed']);
      expect(pipeline.stages.generate?.attempts).toBe(2);
      expect(pipeline.iterations[0]?.stages.validate?.error?.message).toContain('critical finding');
      const journal = await fetch(`${site().controlUrl}/requests?service=ai-coder-alpha&match=${repository.name}`);
      expect(await journal.text()).toContain('The previous attempt was rejected');
    });

    it('a gate that always fails ends the pipeline with STAGE_FAILED after `max_iterations`, every result kept', async () => {
      const repository = newRepository();
      await cause(site(), { service: 'code-forge', fault: 'gate_fails', match: repository.name });
      const config = { max_iterations: 2 };
      const { pipeline_id } = await execute(
        site(),
        pipelineRequest(repository.url, { stages: ['generate', 'test', 'deploy'], config }),
      );
      const pipeline = await ended(site(), pipeline_id);
      expect(pipeline).toMatchObject({
        status: 'failed',
        error: { code: 'STAGE_FAILED', stage: 'test', retryable: false },
      });
      expect(pipeline.iterations.map(({ stages }) => stages.test?.status)).toEqual(['failed', 'failed']);
      expect(statuses(pipeline)).toEqual({ generate: 'completed', test: 'failed', deploy: 'skipped' });
    });

    it('a gate that fails in a pipeline without generate fails it at once', async () => {
      const repository = newRepository();
      await cause(site(), { service: 'code-forge', fault: 'gate_fails', match: repository.name });
      const { pipeline_id } = await execute(site(), pipelineRequest(repository.url, { stages: ['test'] }));
      expect(await ended(site(), pipeline_id)).toMatchObject({
        status: 'failed',
        iteration: 1,
        error: { code: 'STAGE_FAILED' },
      });
    });

    it('every step of a pipeline is published with its number and can be listed, newest first', async () => {
      const { pipeline_id } = await execute(
        site(),
        pipelineRequest(newRepository().url, { stages: ['enrich', 'generate'] }),
      );
      await ended(site(), pipeline_id);
      const events = await vi.waitFor(
        async () => {
          const own = (await eventsOf(site())).filter(({ data }) => data['pipeline_id'] === pipeline_id);
          expect(own).toHaveLength(4);
          return own;
        },
        { timeout: 30_000, interval: 200 },
      );
      expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
        ['pipeline.completed', 4],
        ['pipeline.stage.completed', 3],
        ['pipeline.stage.completed', 2],
        ['pipeline.started', 1],
      ]);
      const [last] = events;
      const { status, body } = await call(site(), `GET /api/v1/events/${last?.id}`);
      expect([status, body]).toEqual([200, last]);
    });
  });

  describe.concurrent('pipelines that do not go as planned', () => {
    it('a CI run whose acceptance got lost on the way is found, not started again', async () => {
      const repository = newRepository();
      await cause(site(), { service: 'code-forge', fault: 'answer_lost', match: repository.name, times: 1 });
      const { pipeline_id } = await execute(site(), pipelineRequest(repository.url, { stages: ['test'] }));
      expect((await ended(site(), pipeline_id)).status).toBe('completed');
      const starts = await fetch(`${site().controlUrl}/starts?service=code-forge&match=${pipeline_id}`);
      expect(((await starts.json()) as { starts: unknown[] }).starts).toHaveLength(1);
    });

    it('a second pipeline for the branch is refused with the holder named, another branch is not', async () => {
      const repository = newRepository();
      const first = await execute(site(), pipelineRequest(repository.url, { stages: ['generate'] }));
      const again = pipelineRequest(repository.url.replace('omni-gitea', 'OMNI-gitea').replace('.git', '/'));
      const refused = await call<{ error: unknown }>(site(), 'POST /api/v1/pipeline/execute', { body: again });
      expect(refused.status).toBe(409);
      expect(refused.body.error).toMatchObject({
        code: 'PIPELINE_RUNNING',
        details: { pipeline_id: first.pipeline_id, stage: 'generate', started_at: first.created_at },
      });
      await execute(site(), pipelineRequest(repository.url, { stages: ['enrich'], config: { branch: 'other' } }));
      await ended(site(), first.pipeline_id);
      await execute(site(), pipelineRequest(repository.url, { stages: ['enrich'] }));
    });

    it('cancelled during generate, generate completes, the rest is skipped and the branch is free', async () => {
      const repository = newRepository();
      const request = pipelineRequest(repository.url, { stages: ['generate', 'validate', 'test'] });
      const { pipeline_id } = await execute(site(), request);
      await pipelineOnce(site(), pipeline_id, (pipeline) => pipeline.stages.generate?.status === 'running');
      const cancelled = await call(site(), `POST /api/v1/pipeline/${pipeline_id}/cancel`);
      expect(cancelled.status).toBe(202);
      expect(cancelled.body).toMatchObject({ status: 'running', cancel_requested_at: expect.any(String) });
      const pipeline = await ended(site(), pipeline_id);
      expect(pipeline.status).toBe('cancelled');
      expect(statuses(pipeline)).toEqual({ generate: 'completed', validate: 'skipped', test: 'skipped' });
      expect((await call(site(), `POST /api/v1/pipeline/${pipeline_id}/cancel`)).status).toBe(200);
      const next = await execute(site(), pipelineRequest(repository.url, { stages: ['enrich'] }));
      await ended(site(), next.pipeline_id);
      const late = await call(site(), `POST /api/v1/pipeline/${next.pipeline_id}/cancel`);
      expect([late.status, (late.body['error'] as { code: string }).code]).toEqual([409, 'CONFLICT']);
    });

    it('a stage past its deadline fails the pipeline with TIMEOUT', async () => {
      const repository = newRepository();
      await cause(site(), { service: 'ai-coder-alpha', fault: 'never_finishes', match: repository.name });
      const { pipeline_id } = await execute(site(), pipelineRequest(repository.url, { stages: ['generate', 'test'] }));
      const pipeline = await ended(site(), pipeline_id);
      expect(pipeline).toMatchObject({
        status: 'failed',
        error: { code: 'TIMEOUT', stage: 'generate', retryable: true },
      });
      expect(pipeline.stages.test?.status).toBe('skipped');
    });

    it('an upstream that cannot be reached is tried again, then fails the pipeline with SERVICE_UNAVAILABLE', async () => {
      const repository = newRepository();
      await cause(site(), { service: 'knowledge-ingestor', fault: 'unreachable', match: repository.name });
      const { pipeline_id } = await execute(site(), pipelineRequest(repository.url, { stages: ['ingest'] }));
      const pipeline = await ended(site(), pipeline_id);
      expect(pipeline).toMatchObject({
        status: 'failed',
        error: { code: 'SERVICE_UNAVAILABLE', stage: 'ingest', retryable: true },
      });
      const journal = await fetch(`${site().controlUrl}/requests?service=knowledge-ingestor&match=${repository.name}`);
      expect(((await journal.json()) as { requests: unknown[] }).requests).toHaveLength(3);
    });
  });
}

function referenceExample(repoUrl: string) {
  return {
    task: 'Implement user authentication with JWT tokens',
    stages: ['ingest', 'enrich', 'generate', 'validate', 'test'],
    config: {
      model: 'gpt-4o',
      language: 'python',
      repo_url: repoUrl,
      branch: 'feature/auth',
      max_iterations: 3,
      quality_gate: 'strict',
    },
    context: { knowledge_sources: ['neo4j', 'qdrant', 'wiki'], max_context_tokens: 16000 },
  };
}
