import { expect, vi } from 'vitest';
import type { RefreshDetailView, RefreshEntryView } from '../../functions/knowledge/refresh-schemas.ts';
import { call, type Site } from './site.ts';

export const refreshPath = '/api/v1/knowledge/refresh';

/** Changes a source of the simulated platform outside, so that it is stale until it is ingested again. */
export async function makeStale(site: Site, id: string): Promise<void> {
  const response = await fetch(`${site.controlUrl}/sources/${id}/stale`, { method: 'POST' });
  expect(response.ok, await response.text()).toBe(true);
}

export async function refresh(
  site: Site,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<RefreshEntryView> {
  const answer = await call<RefreshEntryView>(site, `POST ${refreshPath}`, { body, headers });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  const [stage = ''] = /\/v1$/.exec(site.baseUrl) ?? [];
  expect(answer.headers.get('location')).toBe(`${stage}${refreshPath}/${answer.body.refresh_id}`);
  return answer.body;
}

async function readRefresh(site: Site, id: string): Promise<RefreshDetailView> {
  const answer = await call<RefreshDetailView>(site, `GET ${refreshPath}/${id}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** The refresh as soon as it has ended. */
export function refreshEnded(site: Site, id: string): Promise<RefreshDetailView> {
  return vi.waitFor(
    async () => {
      const found = await readRefresh(site, id);
      expect(found.status, JSON.stringify(found.sources)).not.toBe('running');
      return found;
    },
    { timeout: 60_000, interval: 150 },
  );
}

/** Begins a refresh as soon as the one before has let go: its end is stored a moment earlier. */
export function refreshNext(site: Site, body: Record<string, unknown>): Promise<RefreshEntryView> {
  return vi.waitFor(() => refresh(site, body), { timeout: 10_000, interval: 150 });
}

/** Each source of a refresh by its id. */
export function sourcesOf({ sources }: RefreshDetailView) {
  return Object.fromEntries(sources.map((source) => [source.id, source]));
}
