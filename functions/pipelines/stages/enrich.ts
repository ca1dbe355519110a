import { neo4jGraphrag } from '../../../platform/upstream-apis/neo4j-graphrag-api.ts';
import { tokenInfinity } from '../../../platform/upstream-apis/token-infinity.ts';
import type { Stage, StageWork } from '../stage-work.ts';

/** As many patterns as an agent can weigh; more would crowd out the code in its context. */
const patternsMax = 10;

/** Gathers what the platform knows about the task: recommended patterns, and a context within the token budget. */
export const enrich: Stage = async (work) => {
  const patterns = await recommendPatterns(work);
  const context = await buildContext(work);
  return { reasons: [], result: { patterns, ...context } };
};

async function recommendPatterns(work: StageWork): Promise<number> {
  const { task, config, context } = work.pipeline.request;
  if (!context.knowledge_sources.includes('neo4j')) return 0;
  const question = { task, limit: patternsMax, ...languageOf(config) };
  return work.once(
    'recommend-patterns',
    async () => {
      const { patterns } = await work.read(neo4jGraphrag.recommendPatterns(question));
      await work.keep('patterns.json', 'application/json', JSON.stringify(patterns, null, 2));
      return patterns.length;
    },
    (count) => `The knowledge graph recommends ${count} patterns.`,
  );
}

async function buildContext(work: StageWork): Promise<{ tokens_used: number; items: number }> {
  const { task, config, context } = work.pipeline.request;
  if (context.max_context_tokens === 0 || context.knowledge_sources.length === 0) return { tokens_used: 0, items: 0 };
  const question = {
    query: task,
    max_tokens: context.max_context_tokens,
    sources: context.knowledge_sources,
    ...languageOf(config),
  };
  return work.once(
    'build-context',
    async () => {
      const built = await work.read(tokenInfinity.buildContext(question));
      await work.keep('context.md', 'text/markdown', built.context);
      return { tokens_used: built.tokens_used, items: built.items.length };
    },
    ({ tokens_used, items }) => `Built a context of ${tokens_used} tokens from ${items} items.`,
  );
}

function languageOf({ language }: { language?: string | undefined }) {
  return language === undefined ? {} : { language };
}
