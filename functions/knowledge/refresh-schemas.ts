import * as z from 'zod';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { refreshCounts, refreshEnds } from '../events/contract.ts';

export const refreshStatuses = ['running', ...refreshEnds] as const;
export type RefreshStatus = (typeof refreshStatuses)[number];
export type EndStatus = (typeof refreshEnds)[number];

/** What becomes of a source in a refresh. */
export const sourceStates = ['pending', 'ingesting', 'ingested', 'unchanged', 'deleted', 'left_out', 'failed'] as const;

/** Why a source is ingested again, or is not. */
export const sourceReasons = ['stale', 'error', 'forced', 'fresh', 'checking', 'reingesting', 'not_found'] as const;

const count = z.int().min(0);

/** Qdrant takes nearly any name; what stands in a path is narrowed down to what people use. */
const collectionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be the name of a collection: letters, digits, ".", "_" and "-"');

/** So many sources are ingested in one refresh, so naming more would leave some out. */
const namesMax = 80;

const requestFields = {
  sources: z
    .array(z.string().min(1).max(2000))
    .min(1)
    .max(namesMax)
    .default(['all'])
    .describe('`["all"]`, or names of sources: the id or the `source_url` of each.')
    .refine((names) => names.length === 1 || !names.includes('all'), '"all" must stand alone'),
  force_reingest: z.boolean().default(false).describe('Ingests the sources again whether they are stale or not.'),
  rebuild_cache: z
    .boolean()
    .default(true)
    .describe('Drops what the semantic cache holds, and warms it, once the sources are ingested.'),
  collections: z
    .array(collectionName)
    .min(1)
    .max(20)
    .optional()
    .describe(
      'Narrows `all` down to the sources of these collections, and says which are checked afterwards. Left out: all sources; the four collections of the platform are checked.',
    ),
};

export const refreshBody = z
  .strictObject({
    ...requestFields,
    dry_run: z.boolean().default(false).describe('Answers 200 with what would be done; nothing is stored or started.'),
  })
  .prefault({});

/** What a refresh was asked for. */
export interface RefreshRequest {
  sources: string[];
  force_reingest: boolean;
  rebuild_cache: boolean;
  /** Null: not narrowed down. */
  collections: string[] | null;
}

const sourceIdentity = {
  id: z.string(),
  source_url: z.string().nullable(),
  collection: z.string().nullable(),
};

const reason = z
  .enum(sourceReasons)
  .describe(
    'What freshness-monitor says of it; `forced`: it is ingested whatever that says; `not_found`: no source has this name any more.',
  );

export const preview = z
  .object({
    dry_run: z.literal(true),
    checked: count,
    to_ingest: count,
    left_out: count,
    sources: z
      .array(z.object({ ...sourceIdentity, action: z.enum(['ingest', 'none', 'left_out']), reason }))
      .describe('At most 200, those that would be ingested first.'),
  })
  .meta({ id: 'KnowledgeRefreshPreview' });

const request = z.object({
  sources: z.array(z.string()),
  force_reingest: z.boolean(),
  rebuild_cache: z.boolean(),
  collections: z.array(z.string()).nullable(),
});

export const refreshEntry = z
  .object({
    refresh_id: idOf('ref'),
    status: z.enum(refreshStatuses),
    request,
    counts: z.object(refreshCounts).nullable().describe('In lists null until it has ended.'),
    left_out: count
      .nullable()
      .describe(
        'Sources that were to be ingested, and were too many for one refresh; the next one takes them first. Null until it is planned.',
      ),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why it failed as a whole.'),
    created_at: utcTimestamp,
    completed_at: utcTimestamp.nullable(),
    duration_ms: count.nullable(),
  })
  .meta({ id: 'KnowledgeRefreshEntry' });

const source = z.object({
  ...sourceIdentity,
  state: z
    .enum(sourceStates)
    .describe(
      '`unchanged`: not stale; `deleted`: it is not there any more; `left_out`: to be ingested, and too many for one refresh.',
    ),
  reason,
  documents: count.nullable(),
  chunks: count.nullable(),
  error: z.string().nullable(),
  started_at: utcTimestamp.nullable(),
  completed_at: utcTimestamp.nullable(),
});

export const refreshDetail = refreshEntry
  .extend({
    sources: z.array(source).describe('At most 200, those that are ingested first; `counts` counts all.'),
    collections: z
      .array(z.object({ name: z.string(), points_count: count.nullable(), error: z.string().nullable() }))
      .describe('As the vector store has them after the ingestion; empty until then.'),
    caches: z
      .object({ invalidated: count.nullable(), warmed: count.nullable(), error: z.string().nullable() })
      .describe('Entries of the semantic cache that were dropped and warmed; null: not done, or not yet.'),
  })
  .meta({ id: 'KnowledgeRefresh' });

export interface RefreshCounts {
  checked: number;
  ingested: number;
  unchanged: number;
  deleted: number;
  errors: number;
}

export type RefreshPreviewView = z.input<typeof preview>;
export type RefreshEntryView = z.input<typeof refreshEntry>;
export type RefreshDetailView = z.input<typeof refreshDetail>;
