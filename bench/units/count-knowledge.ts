import type { HttpRequest } from '../../functions/core/http.ts';
import type { CountedSite } from './counted-site.ts';
import type { Usage } from './usage.ts';

type CountedRequest = <T>(operationId: string, status: number, input?: Partial<HttpRequest>) => Promise<T>;

/** Counts the requests about knowledge, and gives what the refresh of one stale source takes from its start to its event. */
export async function countKnowledge(site: CountedSite, request: CountedRequest): Promise<Usage> {
  const { refresh_id } = await request<{ refresh_id: string }>('refreshKnowledge', 202);
  const refresh = await site.runStarted();
  const ended = await request<{ status: string }>('getKnowledgeRefresh', 200, {
    parameters: { refresh_id },
  });
  if (ended.status !== 'completed') throw new Error(`The refresh has ${ended.status}: ${JSON.stringify(ended)}`);
  return refresh;
}
