import type { UpstreamClient } from '../../platform/client.ts';
import { UpstreamError } from '../../platform/upstream/errors.ts';
import { knowledgeIngestor } from '../../platform/upstream-apis/knowledge-ingestor.ts';
import type { SourceEnd, SourceRun } from './source-run.ts';

/** What one turn with the ingestor came to: how the ingestion ended, or that it goes on. */
export type Turn =
  | { end: SourceEnd }
  /** The ingestor has taken it on, and is at work. */
  | { isAccepted: true }
  /** It could not be asked, for a reason that may pass; it may have said for how long (ms). */
  | { isAccepted: false; retryAfterMs: number; reason: string };

/**
 * Has the source ingested again, or asks how that stands. The key is the same at every try, so what was accepted is not
 * started a second time. What the ingestor answers to the start says nothing of the end: it may still be about the
 * ingestion before.
 */
export async function takeTurn(upstream: UpstreamClient, source: SourceRun, idempotencyKey: string): Promise<Turn> {
  try {
    if (source.isAccepted) return await askOnce(upstream, source);
    await upstream.call({ ...knowledgeIngestor.reingest(source.id), idempotencyKey });
    return { isAccepted: true };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.status === 404) return { end: { state: 'deleted' } };
    if (error.isRetryable) return { isAccepted: false, retryAfterMs: error.retryAfterMs ?? 0, reason: error.message };
    return { end: { state: 'failed', error: error.message } };
  }
}

async function askOnce(upstream: UpstreamClient, { id }: SourceRun): Promise<Turn> {
  const { status, documents, chunks, error } = await upstream.call(knowledgeIngestor.getSource(id));
  if (status === 'completed') return { end: { state: 'ingested', documents, chunks } };
  if (status === 'failed') return { end: { state: 'failed', error: error ?? 'The ingestor gave no reason.' } };
  return { isAccepted: true };
}
