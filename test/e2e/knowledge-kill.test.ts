import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import { makeStale, refreshEnded, refreshNext, sourcesOf } from './knowledge-calls.ts';
import { cause, eventsOf, type Site, startsOf } from './site.ts';

/** A deadline that no source meets whose work goes on: only one that hangs would. */
const settings = { SIMULATED_DELAY_SCALE: '0.5', KNOWLEDGE_SOURCE_DEADLINE_SECONDS: '60' };

/**
 * When the process is killed, in ms after the refresh was answered: while it is planned and begun, while sources are
 * ingested, some seconds in all with their waits, and about its end.
 */
const killMoments = [0, 15, 50, 150, 500, 1200, 1900];

/** Some 15 s on an idle machine, most of it the starts of the processes and the waits; the rest is for one that is busy. */
const timeoutMs = 120_000;

/** Longer than a process lets what is under way go on before it ends; in ms. */
const closeMs = 30_000;

const sources = ['src-1', 'src-2', 'src-3'];

/** A refresh whose process is killed in the middle, and the process that comes after. */
async function refreshThroughKill(site: EmbeddedSite, moment: number) {
  for (const id of sources) await makeStale(site, id);
  const { refresh_id: id } = await refreshNext(site, { sources });
  await elapse(moment);
  const killedMs = Date.now();
  return { id, killedMs, site: await site.killed() };
}

/** Each source was ingested again once, and the cache was warmed once. */
async function expectWorkDoneOnce(site: Site, id: string): Promise<void> {
  const keys = (await startsOf(site, '')).flatMap(({ idempotency_key: key }) => (key?.startsWith(id) ? [key] : []));
  expect(keys.toSorted()).toEqual([...sources, 'warm'].map((what) => `${id}:${what}`));
}

describe('killed with SIGKILL, again and again', () => {
  it('every refresh ends, each source is ingested once, each end is published once, and the next refresh may begin', {
    timeout: timeoutMs,
  }, async (test) => {
    let site = await startEmbeddedSite({ settings });
    test.onTestFinished(() => site.close(), closeMs);
    const failing = { service: 'knowledge-ingestor', fault: 'job_fails', match: '/v1/sources/src-2/reingest' };
    await cause(site, failing);
    const ids: string[] = [];
    let met = 0;
    for (const moment of killMoments) {
      const killed = await refreshThroughKill(site, moment);
      site = killed.site;
      test.signal.throwIfAborted();
      const ended = await refreshEnded(site, killed.id);
      expect(ended).toMatchObject({
        status: 'completed_with_errors',
        counts: { checked: 3, ingested: 2, unchanged: 0, deleted: 0, errors: 1 },
        caches: { error: null },
      });
      expect(sourcesOf(ended)).toMatchObject({
        'src-1': { state: 'ingested' },
        'src-2': { state: 'failed', error: 'The source could not be cloned.' },
        'src-3': { state: 'ingested' },
      });
      await expectWorkDoneOnce(site, killed.id);
      if (Date.parse(String(ended.completed_at)) > killed.killedMs) met += 1;
      ids.push(killed.id);
    }
    expect(met, 'kills that met a refresh').toBeGreaterThan(3);
    await vi.waitFor(async () => {
      const events = await eventsOf(site, 'type=knowledge.refreshed');
      expect(events.map(({ data }) => data['refresh_id'])).toEqual(ids.toReversed());
    }, 20_000);
    await refreshNext(site, { sources });
  });
});
