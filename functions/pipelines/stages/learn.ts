import { integrationHub } from '../../../platform/upstream-apis/integration-hub.ts';
import { knowledgeIngestor } from '../../../platform/upstream-apis/knowledge-ingestor.ts';
import { semanticCache } from '../../../platform/upstream-apis/semantic-cache.ts';
import { isoTime } from '../../core/schemas.ts';
import type { Stage, StageWork } from '../stage-work.ts';

/** Feeds what came of the task back: as a document of the knowledge layer, as a cached answer and to the integration hub. */
export const learn: Stage = async (work) => {
  const lesson = await lessonOf(work);
  await work.keep('lesson.md', 'text/markdown', lesson);
  const { task } = work.pipeline.request;
  const metadata = { pipeline_id: work.pipeline.id, repository: work.repository };
  const documents = [{ id: work.pipeline.id, title: task.slice(0, 200), content: lesson, metadata }];
  const source = await work.once(
    'ingest-lesson',
    async () =>
      (await work.tell('ingest-lesson', knowledgeIngestor.ingestBatch({ documents, collection: 'doc_embeddings' }))).id,
    (id) => `The outcome goes into the knowledge layer as source ${id}.`,
  );
  await work.once(
    'cache-answer',
    async () =>
      (
        await work.tell(
          'cache-answer',
          semanticCache.store({ query: task, response: lesson, namespace: work.repository, metadata }),
        )
      ).id,
    (id) => `The outcome is cached as ${id}.`,
  );
  await work.once(
    'tell-hub',
    async () => (await work.tell('tell-hub', integrationHub.sendEvent(hubEvent(work)))).id,
    (id) => `The integration hub has it as ${id}.`,
  );
  return { reasons: [], result: { source_id: source } };
};

function hubEvent(work: StageWork) {
  const { config } = work.pipeline.request;
  return {
    type: 'pipeline.learned',
    source: 'omni-orchestrator',
    timestamp: isoTime(work.run.startedMs),
    data: { pipeline_id: work.pipeline.id, repo_url: config.repo_url, branch: config.branch },
  };
}

/** What a later task like this one should know: what was asked, what was done, what was held against earlier attempts. */
async function lessonOf(work: StageWork): Promise<string> {
  const { task, config } = work.pipeline.request;
  const result = (await work.runOf('generate'))?.outcome?.result;
  const reasons = await work.reasonsOfLastIteration();
  return [
    `# ${task}`,
    `Repository ${config.repo_url}, branch ${config.branch}, ${work.run.iteration} iterations.`,
    ...(result ? [`## Outcome\n${String(result['summary'])}\nCommit ${String(result['commit_sha'])}`] : []),
    ...(reasons.length > 0
      ? [`## Held against the attempt before\n${reasons.map((reason) => `- ${reason}`).join('\n')}`]
      : []),
  ].join('\n\n');
}
