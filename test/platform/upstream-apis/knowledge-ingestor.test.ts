import { expect, it } from 'vitest';
import { knowledgeIngestor } from '../../../platform/upstream-apis/knowledge-ingestor.ts';

it('the error of a source is cut where it is too long to be kept', () => {
  const answer = {
    id: 'src-1',
    status: 'failed',
    source_type: 'git',
    collection: 'doc_embeddings',
    documents: 0,
    chunks: 0,
    created_at: '2025-01-15T10:00:00Z',
    error: 'x'.repeat(500_000),
  };
  const { error } = knowledgeIngestor.getSource('src-1').schema.parse(answer);
  expect(error).toBe('x'.repeat(1000));
});
