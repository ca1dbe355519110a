import pMap from 'p-map';
import { createUpstreamClient, type UpstreamClient } from '../../../platform/client.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { recordReadings } from '../record-readings.ts';
import { type ScrapedService, scrapeService } from '../scraping/scrape-service.ts';
import { neverScraped, readingBefore, type ScrapeState, withFailure, withReading } from '../scraping/scrape-state.ts';
import { loadRecorded, loadScrapeStates, storeRecorded, storeScrapeState } from '../scraping/scrape-store.ts';
import { scrapedFigures } from '../scraping/scraped-figures.ts';
import { scrapeServicesTask } from '../task-contracts.ts';

/**
 * One round: reads the metrics of every service that has some, up to 800 at once, and records what each did since the round
 * before. What a service did and what the next scrape is compared with are stored in one write, and recorded after it; the
 * next round records first what may not have been. So a process that dies anywhere loses nothing and counts nothing twice,
 * and of two that meet one drops its scrape. Throws in the end when something could not be stored or recorded; the rest is.
 */
export const scrapeServices = task(scrapeServicesTask, async (_: unknown, home: Home) => {
  const { backend, catalogue } = home;
  const { secrets, clock } = backend;
  const [states, recordedBefore] = await Promise.all([loadScrapeStates(backend), loadRecorded(backend)]);
  const recorded = { ...recordedBefore };
  const upstream = createUpstreamClient({ catalogue, secrets, clock, sleep: neverAgain, random: Math.random });
  const services = catalogue.services.flatMap((service) =>
    service.metrics === undefined ? [] : [{ ...service, metrics: service.metrics }],
  );
  const round: Round = { home, upstream, recorded };
  const outcomes = await pMap(
    services,
    (service) => settled(scrape(service, states.get(service.name) ?? neverScraped, round)),
    { concurrency: scrapesAtOnceMax },
  );
  if (JSON.stringify(recorded) !== JSON.stringify(recordedBefore)) await storeRecorded(backend, recorded);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} services could not be scraped or recorded`);
  return { scraped: outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'read').length };
});

/** A process on Lambda may have 1,024 files open, connections among them; the rest is for storing what is read meanwhile. */
const scrapesAtOnceMax = 800;

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([work]);
  return outcome;
}

/** A round that died is repeated by the next, which is a minute later unless all is switched off. */
const repeatedSeconds = 7 * 24 * 3600;

interface Round {
  home: Home;
  upstream: UpstreamClient;
  /** Up to which revision each service's figures are recorded; kept up to date. */
  recorded: Record<string, number>;
}

/** What was not recorded by an earlier round is recorded before the next scrape takes its place. */
async function scrape(
  service: ScrapedService,
  before: ScrapeState,
  round: Round,
): Promise<'read' | 'failed' | 'overtaken'> {
  const { backend } = round.home;
  await recordPending(service.name, before, round);
  const scraped = await scrapeService(service, round.upstream, readingBefore(before));
  const atMs = backend.clock.now();
  const isRead = 'reading' in scraped;
  const after = isRead ? withReading(before, { ...scraped, atMs }) : withFailure(before, { ...scraped, atMs });
  if (after === before) return 'failed';
  if (!(await storeScrapeState(backend, service.name, { before, after }))) return 'overtaken';
  logTurn(service.name, { before, after }, round.home);
  await recordPending(service.name, after, round);
  return isRead ? 'read' : 'failed';
}

async function recordPending(service: string, { pending }: ScrapeState, { home, recorded }: Round): Promise<void> {
  if (!pending || (recorded[service] ?? 0) >= pending.revision) return;
  const { revision, atMs, delta } = pending;
  const reading = { kind: 'services', subject: service, atMs, figures: scrapedFigures(delta) } as const;
  await recordReadings(home.backend, `scrape-${service}-${revision}`, [reading], repeatedSeconds);
  recorded[service] = revision;
}

/** Says once that a service cannot be scraped, or for another reason than before, and once that it can be again. */
function logTurn(
  service: string,
  { before, after }: { before: ScrapeState; after: ScrapeState },
  { log, backend }: Home,
): void {
  if (after.failure)
    log.warn('the metrics of a service cannot be read', { service_name: service, reason: after.failure.message });
  else if (before.failure) {
    const seconds = Math.round((backend.clock.now() - before.failure.sinceMs) / 1000);
    log.info('the metrics of a service can be read again', { service_name: service, after_seconds: seconds });
  }
}

/** Each service is asked once; the next round asks again. */
async function neverAgain(): Promise<void> {}
