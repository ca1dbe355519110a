import type { Service } from '../../../platform/catalogue.ts';
import type { Probe } from '../../../platform/probing/probe.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { announceHealth } from '../announce-health.ts';
import { pollServicesTask } from '../contract.ts';
import { logOutage } from '../log-outage.ts';
import { networkProof } from '../network-proof.ts';
import { recordProbe } from '../record-probe.ts';
import { roundCounts, storeRoundCounts } from '../round-counts.ts';
import { type HealthChange, neverProbed, type ServiceHealth } from '../service-health.ts';
import { loadServiceHealths, storeDoubt } from '../service-health-store.ts';
import { type TurnEnd, turnEnds } from '../turn-ends.ts';

/**
 * One round: probes every service, all at once, and records each at the end of the turn in which it is known. What is
 * stored is read while they are waited for, as a round is over the sooner the sooner its probes begin. A failure
 * that may as well be one of our own network waits until any probe of the round shows that this works, and counts for
 * nothing when none does. What an earlier round stored and did not announce is announced first, and what the round found
 * in all is stored last. Throws in the end when something could not be recorded or announced; the rest is.
 */
export const pollServices = task(pollServicesTask, async (_: unknown, home: Home) => {
  const { services } = home.catalogue;
  const begun = begin(home);
  await home.prober.begun();
  const healths = await loadServiceHealths(home.backend);
  const doubtedMs = services.flatMap(({ name }) => healths.get(name)?.doubtedSinceMs ?? []);
  const round = { home, healths, turnEnd: turnEnds() };
  const outcomes = await Promise.all(begun.map((one) => poll(one, round)));
  const recorded = outcomes.flatMap((outcome) => fulfilled(outcome.recorded));
  const doubts = recorded.flatMap((each) => ('doubt' in each ? [each.doubt] : []));
  const counted = recorded.length - doubts.length;
  logOutage(home, { doubts, counted, doubtedMs });
  const counts = await settled(storeCounts(home, healths));
  throwFailures({
    'services could not be recorded': outcomes.flatMap((outcome) => rejected(outcome.recorded)),
    'services have changes that could not be announced': outcomes.flatMap((outcome) => rejected(outcome.announced)),
    'counts of the round could not be stored': rejected(counts),
  });
  return { recorded: counted };
});

/** A probe under way. */
interface Begun {
  service: Service;
  probing: Promise<Probe>;
  /** Whether it is to be believed. */
  counts: Promise<boolean>;
}

function begin({ catalogue: { services }, prober }: Home): Begun[] {
  const isNetworkUp = networkProof(services.length);
  return services.map((service) => {
    const probing = prober.probe(service);
    return { service, probing, counts: isNetworkUp(probing) };
  });
}

interface Round {
  home: Home;
  healths: Map<string, ServiceHealth>;
  turnEnd: TurnEnd;
}

/** What became of a probe: the changes to announce, or why it does not count. */
type Recorded = { changes: HealthChange[] } | { doubt: string };

/** Events that cannot be published keep no probe from being recorded, and a probe that fails keeps no event back. */
async function poll(begun: Begun, round: Round) {
  const { home, healths } = round;
  const { name } = begun.service;
  const announce = (changes: HealthChange[]) => announceHealth(home, name, changes);
  const left = healths.get(name)?.unannounced ?? [];
  const [announcedLeft, recorded] = await Promise.allSettled([announce(left), record(begun, round)]);
  const changes = fulfilled(recorded).flatMap((each) => ('changes' in each ? each.changes : []));
  const announced = await settled(announce(changes));
  return { recorded, announced: announcedLeft.status === 'rejected' ? announcedLeft : announced };
}

async function record(begun: Begun, { home, healths, turnEnd }: Round): Promise<Recorded> {
  const { name } = begun.service;
  const counts = await begun.counts;
  const probe = await begun.probing;
  await turnEnd();
  if (counts) return { changes: await recordProbe(home, name, { probe, healths }) };
  await storeDoubt(home.backend, name, healths.get(name) ?? neverProbed, probe);
  return { doubt: probe.reason ?? 'unknown' };
}

function storeCounts({ backend, catalogue, settings }: Home, healths: ReadonlyMap<string, ServiceHealth>) {
  const now = { nowMs: backend.clock.now(), intervalSeconds: settings.probeIntervalSeconds };
  return storeRoundCounts(backend, roundCounts(catalogue, healths, now));
}

function throwFailures(failures: Record<string, unknown[]>): void {
  const some = Object.entries(failures).filter(([, errors]) => errors.length > 0);
  if (some.length === 0) return;
  const message = some.map(([what, errors]) => `${errors.length} ${what}`).join(', ');
  throw new AggregateError(
    some.flatMap(([, errors]) => errors),
    message,
  );
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([work]);
  return outcome;
}

function fulfilled<T>(outcome: PromiseSettledResult<T>): T[] {
  return outcome.status === 'fulfilled' ? [outcome.value] : [];
}

function rejected(outcome: PromiseSettledResult<unknown>): unknown[] {
  return outcome.status === 'rejected' ? [outcome.reason] : [];
}
