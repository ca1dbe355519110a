import { vi } from 'vitest';

/** Upstream services in place of `fetch`: `METHOD /path` (a prefix of the path will do; the longest wins) to what is answered or thrown. */
export function routeUpstream(routes: Routes): RoutedUpstream {
  const requests: Received[] = [];
  const named = Object.entries(routes).sort(([one], [other]) => other.length - one.length);
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const name = `${request.method} ${pathname}`;
    requests.push({ name, request: request.clone() });
    const route = named.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (!route) throw new Error(`the test has no route for ${name}`);
    const answered = await route(request);
    if (answered instanceof Error) throw answered;
    return answered instanceof Response ? answered : Response.json(answered);
  };
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) => answer(new Request(url, init)));
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return {
    requests,
    count: (prefix) => requests.filter(({ name }) => name.startsWith(prefix)).length,
    remove() {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    },
  };
}

/** What a route answers: a Response, data that becomes one, or an Error that `fetch` throws. */
export type Route = (request: Request) => Response | Error | object | Promise<object>;
export type Routes = Record<string, Route>;

interface Received {
  /** Method and path, without the query. */
  name: string;
  request: Request;
}

export interface RoutedUpstream {
  requests: Received[];
  /** How many requests began with this method and path. */
  count(prefix: string): number;
  remove(): void;
}

/** What `fetch` throws when the connection breaks after the request may have been read. */
export function connectionReset(): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
}

/** A success of more bytes than the client reads. */
export function tooLarge(): Response {
  return new Response(largeText);
}

const largeText = `"${'x'.repeat(4 * 1024 * 1024)}"`;
