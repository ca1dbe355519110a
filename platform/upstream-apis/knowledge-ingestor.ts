import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

/** What the orchestrator calls of knowledge-ingestor. Ingesting is long work: the answer names a source, whose status is then read. */
export const knowledgeIngestor = {
  ingest: (body: IngestRequest): UpstreamCall<IngestSource> => call('POST', '/v1/ingest', ingestSource, body),
  ingestBatch: (body: IngestBatchRequest): UpstreamCall<IngestSource> =>
    call('POST', '/v1/ingest/batch', ingestSource, body),
  getSource: (id: string): UpstreamCall<IngestSource> =>
    call('GET', `/v1/sources/${encodeURIComponent(id)}`, ingestSource),
  listSources: (): UpstreamCall<IngestSourceList> => call('GET', '/v1/sources', ingestSourceList),
  reingest: (id: string): UpstreamCall<IngestSource> =>
    call('POST', `/v1/sources/${encodeURIComponent(id)}/reingest`, ingestSource, {}),
  stats: (): UpstreamCall<IngestStats> => call('GET', '/v1/stats', ingestStats),
};

const ingestOptions = z.object({
  chunk_size: z.int().positive().optional(),
  chunk_overlap: z.int().min(0).optional(),
  embedding_model: z.string().optional(),
  include_patterns: z.array(z.string()).optional(),
  exclude_patterns: z.array(z.string()).optional(),
});

export const ingestRequest = z.object({
  source_type: z.enum(['git_repo', 'confluence', 'url', 'file']),
  source_url: z.string().min(1),
  collection: z.string().min(1),
  metadata: z.record(z.string(), z.unknown()).optional(),
  options: ingestOptions.optional(),
});

export const ingestBatchRequest = z.object({
  documents: z
    .array(
      z.object({
        id: z.string().optional(),
        title: z.string().optional(),
        content: z.string(),
        metadata: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1),
  collection: z.string().min(1),
  options: ingestOptions.optional(),
});

/** An error is kept with the source, and so is bounded: a stack trace or a page of HTML is cut. */
const errorLengthMax = 1000;

/** `documents` and `chunks` grow while the status is `ingesting`. */
const ingestSource = z.object({
  id: z.string().min(1).max(256),
  status: z.enum(['pending', 'ingesting', 'completed', 'failed']),
  source_type: z.string(),
  source_url: z.string().nullish(),
  collection: z.string(),
  documents: z.int().min(0),
  chunks: z.int().min(0),
  created_at: z.string(),
  completed_at: z.string().nullish(),
  error: z
    .string()
    .transform((text) => text.slice(0, errorLengthMax).toWellFormed())
    .nullish(),
});

const ingestSourceList = z.object({ sources: z.array(ingestSource), total: z.int().min(0) });

const ingestStats = z.object({
  sources: z.int().min(0),
  documents: z.int().min(0),
  chunks: z.int().min(0),
  by_status: z.record(z.string(), z.int().min(0)),
});

export type IngestRequest = z.infer<typeof ingestRequest>;
export type IngestBatchRequest = z.infer<typeof ingestBatchRequest>;
export type IngestSource = z.infer<typeof ingestSource>;
export type IngestSourceList = z.infer<typeof ingestSourceList>;
export type IngestStats = z.infer<typeof ingestStats>;

function call<Answer>(
  method: 'GET' | 'POST',
  path: string,
  schema: z.ZodType<Answer>,
  body?: unknown,
): UpstreamCall<Answer> {
  return { service: 'knowledge-ingestor', method, path, schema, body };
}
