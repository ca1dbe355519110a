import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askComponents } from '../../../functions/knowledge/ask-components.ts';
import { knowledgeClient } from '../../../functions/knowledge/knowledge-client.ts';
import { openHome, type TestHome } from '../open-home.ts';
import {
  collection,
  type KnowledgeCall,
  refusal,
  type ScriptedKnowledge,
  scriptKnowledge,
  unreachable,
} from './scripted-knowledge.ts';

let home: TestHome;
let knowledge: ScriptedKnowledge;
let troubles: string[];
beforeEach(async () => {
  home = await openHome();
  knowledge = scriptKnowledge();
  troubles = [];
});
afterEach(async () => {
  knowledge.remove();
  await home.close();
});

const limitMs = 300;
const ask = () =>
  askComponents({
    upstream: knowledgeClient(home, { timeoutMs: 10_000, triesMax: 1 }),
    limitMs,
    onTrouble: (component, reason) => void troubles.push(`${component}: ${reason}`),
  });

/** By component, the service that it is asked of, and what is known of it when that cannot be. */
const components = [
  ['qdrant', 'qdrant', { status: 'unhealthy', collections: null, total_points: null }],
  ['neo4j', 'neo4j-graphrag-api', { status: 'unhealthy', patterns: null, relationships: null }],
  ['wiki', 'wikijs', { status: 'unhealthy', pages: null, last_sync: null }],
  ['semantic_cache', 'semantic-cache', { status: 'unhealthy', entries: null, hit_rate: null }],
  ['freshness', 'freshness-monitor', { sources_monitored: null, stale_sources: null, last_check: null }],
] as const;

const hang = () => new Promise<Response>(() => undefined);
const failures: [string, () => Response | Error | Promise<Response>][] = [
  ['cannot be reached', unreachable],
  ['fails', () => refusal(500)],
  ['refuses', () => refusal(401)],
  ['answers nonsense', () => new Response('<html>')],
  ['answers what its API does not promise', () => Response.json({ data: null, errors: [{ message: 'no' }] })],
  ['hangs', hang],
];

describe.each(components)('the component %s', (component, service, unknown) => {
  it.each(failures)(
    'that %s is unhealthy with its figures null, and the others are as they are',
    async (_, failure) => {
      const isReady = ({ name }: KnowledgeCall) => name === 'neo4j-graphrag-api GET /ready';
      knowledge.fails = (call) => (call.name.startsWith(service) && !isReady(call) ? failure() : undefined);
      const { [component]: broken, ...others } = await ask();
      expect(broken).toEqual(unknown);
      expect(JSON.stringify(others)).not.toMatch(/unhealthy|null/);
      expect(troubles).toHaveLength(1);
      expect(troubles[0]).toContain(component);
    },
  );
});

it('all are asked at the same time: five that hang take as long as one', async () => {
  knowledge.fails = hang;
  const startMs = performance.now();
  const status = await ask();
  expect(performance.now() - startMs).toBeLessThan(3 * limitMs);
  expect(Object.values(status).map((component) => ('status' in component ? component.status : null))).toEqual([
    'unhealthy',
    'unhealthy',
    'unhealthy',
    'unhealthy',
    null,
  ]);
});

describe('Neo4j', () => {
  it.each([
    ['is down, as the readiness of the service in front of it says', () => refusal(503)],
    ['hangs', hang],
  ])('that %s is unhealthy, although its last figures are told', async (_, failure) => {
    knowledge.fails = ({ name }) => (name === 'neo4j-graphrag-api GET /ready' ? failure() : undefined);
    expect((await ask()).neo4j).toEqual({ status: 'unhealthy', patterns: null, relationships: null });
  });
});

describe('Qdrant', () => {
  const collections = (answers: Record<string, () => Response>) => {
    knowledge.fails = ({ name }) => answers[name.replace('qdrant GET /collections/', '')]?.();
  };

  it('with a collection in which operations failed is degraded, and has its figures', async () => {
    collections({ a: () => Response.json(collection(7, 'red')) });
    expect((await ask()).qdrant).toEqual({ status: 'degraded', collections: 2, total_points: 17 });
  });

  it('that optimises a collection is healthy', async () => {
    collections({ a: () => Response.json(collection(7, 'yellow')) });
    expect((await ask()).qdrant.status).toBe('healthy');
  });

  it('that does not count the points of a collection has no total', async () => {
    collections({ a: () => Response.json(collection(null)) });
    expect((await ask()).qdrant).toEqual({ status: 'healthy', collections: 2, total_points: null });
  });

  it('without collections has none', async () => {
    knowledge.fails = ({ name }) =>
      name === 'qdrant GET /collections' ? Response.json({ result: { collections: [] } }) : undefined;
    expect((await ask()).qdrant).toEqual({ status: 'healthy', collections: 0, total_points: 0 });
  });
});

it('a wiki without pages was never changed, and a cache that was never asked has no rate', async () => {
  knowledge.fails = ({ name, body }) => {
    if (name.startsWith('semantic-cache')) return Response.json({ entries: 0, hits: 0, misses: 0, hit_rate: null });
    const isList = name.startsWith('wikijs') && JSON.stringify(body).includes('list(');
    return isList ? Response.json({ data: { pages: { list: [] } } }) : undefined;
  };
  const { wiki, semantic_cache } = await ask();
  expect(wiki).toEqual({ status: 'healthy', pages: 16, last_sync: null });
  expect(semantic_cache).toEqual({ status: 'healthy', entries: 0, hit_rate: null });
});

it('what is not the fault of a component is thrown', async () => {
  const upstream = { call: () => Promise.reject(new TypeError('a mistake of ours')) };
  await expect(askComponents({ upstream, limitMs, onTrouble: () => undefined })).rejects.toThrow('a mistake of ours');
});
