import { freshnessMonitor } from '../../../platform/upstream-apis/freshness-monitor.ts';
import { knowledgeIngestor } from '../../../platform/upstream-apis/knowledge-ingestor.ts';
import { semanticCache } from '../../../platform/upstream-apis/semantic-cache.ts';
import type { Stage } from '../stage-work.ts';

/** Takes the repository's branch into the knowledge layer and drops what was cached of its former state. */
export const ingest: Stage = async (work) => {
  const { repo_url, branch } = work.pipeline.request.config;
  const sourceId = await work.once(
    'register',
    async () =>
      (await work.tell('register', knowledgeIngestor.ingest(ingestRequest(repo_url, branch, work.pipeline.id)))).id,
    (id) => `The knowledge ingestor took ${repo_url} on as source ${id}.`,
  );
  const source = await work.until(
    'ingested',
    async () => {
      const { status, documents, chunks, error } = await work.read(knowledgeIngestor.getSource(sourceId));
      return status === 'completed' || status === 'failed' ? { status, documents, chunks, error } : undefined;
    },
    ({ status, documents, chunks }) => `Ingestion ${status}: ${documents} documents, ${chunks} chunks.`,
  );
  await work.keep('ingestion.json', 'application/json', JSON.stringify({ source_id: sourceId, ...source }, null, 2));
  if (source.status === 'failed')
    return { reasons: [`The ingestion failed: ${source.error ?? 'no reason given'}.`], result: {} };
  await work.once(
    'check-freshness',
    async () => (await work.tell('check-freshness', freshnessMonitor.check(sourceId))).state,
    (state) => `The freshness monitor has the source as ${state}.`,
  );
  await work.once(
    'invalidate-cache',
    async () => (await work.tell('invalidate-cache', semanticCache.invalidate(work.repository))).invalidated,
    (entries) => `Dropped ${entries} cached answers about the repository.`,
  );
  return { reasons: [], result: { source_id: sourceId, documents: source.documents, chunks: source.chunks } };
};

function ingestRequest(repoUrl: string, branch: string, pipelineId: string) {
  return {
    source_type: 'git_repo' as const,
    source_url: repoUrl,
    collection: 'code_embeddings',
    metadata: { branch, pipeline_id: pipelineId },
  };
}
