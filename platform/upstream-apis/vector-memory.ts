import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'vector-memory';

/** What the orchestrator calls of vector-memory (Qdrant). */
export const vectorMemory = {
  listCollections: (): UpstreamCall<CollectionNames> => ({
    service,
    method: 'GET',
    path: '/collections',
    schema: collectionNames,
  }),
  getCollection: (name: string): UpstreamCall<Collection> => ({
    service,
    method: 'GET',
    path: `/collections/${encodeURIComponent(name)}`,
    schema: collection,
  }),
};

const collectionNames = z.object({
  result: z.object({ collections: z.array(z.object({ name: z.string() })) }),
});

const collection = z.object({
  result: z.object({ status: z.string(), points_count: z.int().min(0).nullish() }),
});

export type CollectionNames = z.infer<typeof collectionNames>;
export type Collection = z.infer<typeof collection>;
