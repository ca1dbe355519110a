import { vi } from 'vitest';

/** An upstream in place of `fetch`, whose jobs are started once for each Idempotency-Key. */
export function scriptUpstream(script: UpstreamScript = {}): ScriptedUpstream {
  const jobs = new Map<string, string>();
  const asked = new Map<string, number>();
  const requests: Request[] = [];
  const start = (request: Request) => {
    const key = request.headers.get('idempotency-key') ?? `none ${requests.length}`;
    const id = jobs.get(key) ?? `job-${jobs.size + 1}`;
    jobs.set(key, id);
    return Response.json({ id }, { status: 201 });
  };
  const ask = ({ url }: Request) => {
    const times = (asked.get(url) ?? 0) + 1;
    asked.set(url, times);
    const isDone = times > (script.polls ?? 0);
    return Response.json(isDone ? { status: 'done', reasons: script.reasons ?? [] } : { status: 'running' });
  };
  const answer = async (request: Request): Promise<Response> => {
    requests.push(request);
    const failure = script.fails?.(request, requests.length);
    if (failure instanceof Response) return failure;
    if (failure) throw failure;
    return request.method === 'POST' ? start(request) : ask(request);
  };
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) => answer(new Request(url, init)));
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return {
    jobs,
    requests,
    remove() {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    },
  };
}

export interface UpstreamScript {
  /** How often a job is asked for in vain before it is done. */
  polls?: number;
  /** What a job that is done has to say against the work. */
  reasons?: string[];
  /** What to answer or throw instead, by request and its number. */
  fails?: (request: Request, number: number) => Response | Error | undefined;
}

export interface ScriptedUpstream {
  /** Started jobs by Idempotency-Key. */
  jobs: Map<string, string>;
  requests: Request[];
  remove(): void;
}

/** What `fetch` throws when no connection can be made. */
export function connectionRefused(): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
}
