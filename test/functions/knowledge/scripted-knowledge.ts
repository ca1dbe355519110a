import { vi } from 'vitest';

/** How a source of the scripted knowledge layer is, and what comes of ingesting it. */
export interface ScriptedSource {
  state: 'fresh' | 'stale' | 'checking' | 'reingesting' | 'error';
  url: string | null;
  collection: string;
  /** What the ingestor answers in the end; `hangs` never comes to one, `gone` is not there any more. */
  fate: 'completed' | 'failed' | 'hangs' | 'gone';
  /** How often it is asked about in vain. */
  waits: number;
  /** When it was last ingested, as both services tell it. */
  ingestedAt: string;
}

export interface KnowledgeCall {
  /** Name of the service's container without `omni-`, method and path: `qdrant GET /collections`. */
  name: string;
  idempotencyKey: string | null;
  body: unknown;
}

/** The services of the knowledge layer in place of `fetch`, for calls to hosts named `omni-*`; others go out as ever. */
export interface ScriptedKnowledge {
  sources: Map<string, ScriptedSource>;
  calls: KnowledgeCall[];
  /** Idempotency keys of all that was started or done, each as often as it was. */
  starts: string[];
  /** Answers or throws instead of the script, where it gives something. */
  fails: (call: KnowledgeCall) => Response | Error | Promise<Response> | undefined;
  count(name: string): number;
  remove(): void;
}

export const source = (fields: Partial<ScriptedSource> = {}): ScriptedSource => ({
  state: 'fresh',
  url: null,
  collection: 'doc_embeddings',
  fate: 'completed',
  waits: 0,
  ingestedAt: '2025-01-13T08:12:00Z',
  ...fields,
});

export function scriptKnowledge(): ScriptedKnowledge {
  const asked = new Map<string, number>();
  const started = new Set<string>();
  const real = globalThis.fetch;
  const script: ScriptedKnowledge = {
    sources: new Map([
      ['src-1', source({ url: 'http://omni-gitea:3000/a.git', collection: 'code_embeddings' })],
      ['src-2', source({ state: 'stale', url: 'http://omni-wikijs:3000/b' })],
    ]),
    calls: [],
    starts: [],
    fails: () => undefined,
    count: (name) => script.calls.filter((call) => call.name === name).length,
    remove() {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    },
  };
  const answer = async (request: Request): Promise<Response> => {
    const { hostname, pathname, search } = new URL(request.url);
    const name = `${hostname.slice('omni-'.length)} ${request.method} ${pathname}${search}`;
    const text = await request.text();
    const call: KnowledgeCall = {
      name,
      idempotencyKey: request.headers.get('idempotency-key'),
      body: text === '' ? undefined : JSON.parse(text),
    };
    script.calls.push(call);
    const failure = await script.fails(call);
    if (failure instanceof Error) throw failure;
    return failure ?? answers(script, call, { asked, started });
  };
  vi.stubGlobal('fetch', (url: URL | string, init?: RequestInit) =>
    new URL(url).hostname.startsWith('omni-') ? answer(new Request(url, init)) : real(url, init),
  );
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return script;
}

interface Memory {
  asked: Map<string, number>;
  started: Set<string>;
}

function answers(script: ScriptedKnowledge, call: KnowledgeCall, memory: Memory): Response {
  const { name } = call;
  const ofSource = /^knowledge-ingestor \w+ \/v1\/sources\/([^/]+)(\/reingest)?$/.exec(name);
  if (ofSource) return ingestorAnswer(script, call, decodeURIComponent(ofSource[1] ?? ''), memory);
  if (name === 'freshness-monitor GET /v1/sources') return Response.json(monitored(script));
  if (name === 'knowledge-ingestor GET /v1/sources') return Response.json(ingested(script));
  if (name.startsWith('semantic-cache DELETE')) note(script, call, memory);
  if (name.startsWith('semantic-cache POST')) note(script, call, memory);
  const fixed = fixedAnswers[name];
  if (fixed) return Response.json(fixed(call));
  if (name.startsWith('qdrant GET /collections/')) return Response.json(collection(10));
  throw new Error(`the script has no answer to ${name}`);
}

export const collection = (points_count: number | null, status = 'green') => ({ result: { status, points_count } });

/** What services answer that a test changes by `fails` only. */
const fixedAnswers: Record<string, (call: KnowledgeCall) => object> = {
  'qdrant GET /collections': () => ({ result: { collections: [{ name: 'a' }, { name: 'b' }] } }),
  'neo4j-graphrag-api GET /ready': () => ({ status: 'ready' }),
  'neo4j-graphrag-api GET /graph/stats': () => ({
    patterns: 54,
    categories: 9,
    languages: 4,
    codebases: 6,
    anti_patterns: 9,
    relationships: 120,
    timestamp: '2025-01-15T10:00:00Z',
  }),
  'wikijs POST /graphql': ({ body }) =>
    JSON.stringify(body).includes('pagesTotal')
      ? { data: { system: { info: { pagesTotal: 16 } } } }
      : { data: { pages: { list: [{ id: 1, path: 'a', title: 'A', updatedAt: '2025-01-15T10:00:00Z' }] } } },
  'semantic-cache GET /v1/cache/stats': () => ({ entries: 5420, hits: 73, misses: 27, hit_rate: 0.73 }),
  'semantic-cache DELETE /v1/cache/invalidate': () => ({ invalidated: 7 }),
  'semantic-cache POST /v1/cache/warm': () => ({ warmed: 5 }),
  'freshness-monitor GET /v1/stats': () => ({
    sources_monitored: 12,
    stale_sources: 1,
    last_check: '2025-01-15T10:15:00Z',
  }),
};

function note(script: ScriptedKnowledge, { idempotencyKey }: KnowledgeCall, { started }: Memory): void {
  if (idempotencyKey !== null && started.has(idempotencyKey)) return;
  started.add(String(idempotencyKey));
  script.starts.push(String(idempotencyKey));
}

function ingestorAnswer(script: ScriptedKnowledge, call: KnowledgeCall, id: string, memory: Memory): Response {
  const found = script.sources.get(id);
  if (!found || found.fate === 'gone') {
    return Response.json({ error: { code: 'NOT_FOUND', message: 'no such source' } }, { status: 404 });
  }
  if (call.name.endsWith('/reingest')) {
    note(script, call, memory);
    return Response.json(ingestSource(id, found, 'completed'), { status: 202 });
  }
  const times = (memory.asked.get(id) ?? 0) + 1;
  memory.asked.set(id, times);
  const isWaiting = found.fate === 'hangs' || times <= found.waits;
  return Response.json(ingestSource(id, found, isWaiting ? 'ingesting' : found.fate));
}

function ingestSource(id: string, { url, collection, ingestedAt }: ScriptedSource, status: string) {
  return {
    id,
    status,
    source_type: 'url',
    source_url: url,
    collection,
    documents: 40,
    chunks: 200,
    created_at: '2025-01-01T00:00:00Z',
    completed_at: status === 'completed' ? ingestedAt : null,
    error: status === 'failed' ? 'The source could not be cloned.' : null,
  };
}

function monitored({ sources }: ScriptedKnowledge) {
  const list = [...sources].map(([id, { state, url, collection, ingestedAt }]) => ({
    id,
    state,
    source_url: url,
    collection,
    last_ingested_at: ingestedAt,
  }));
  return { sources: list, total: list.length };
}

function ingested({ sources }: ScriptedKnowledge) {
  const list = [...sources].map(([id, each]) => ingestSource(id, each, 'completed'));
  return { sources: list, total: list.length };
}

/** A refusal of an upstream service. */
export const refusal = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ error: { code: 'X', message: 'no' } }, { status, headers });

/** What `fetch` throws when no connection can be made. */
export const unreachable = () =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
