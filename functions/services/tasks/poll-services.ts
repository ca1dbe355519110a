import type { Service } from '../../../platform/catalogue.ts';
import type { Probe } from '../../../platform/probing/probe.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { announceHealth } from '../announce-health.ts';
import { pollServicesTask } from '../contract.ts';
import { recordProbe } from '../record-probe.ts';
import { type HealthChange, neverProbed, type ServiceHealth } from '../service-health.ts';
import { loadServiceHealths, storeDoubt } from '../service-health-store.ts';

/**
 * One round: probes every service, all at once, and records each as soon as it is known. A failure that may as well be
 * one of our own network waits until any probe of the round shows that this works, and counts for nothing when none does.
 * What an earlier round stored and did not announce is announced first. Throws in the end when a service could not be
 * recorded or a change not announced; the others are.
 */
export const pollServices = task(pollServicesTask, async (_: unknown, home: Home) => {
  const { services } = home.catalogue;
  const healths = await loadServiceHealths(home.backend);
  const doubted = services.flatMap(({ name }) => healths.get(name)?.doubtedSinceMs ?? []);
  const isNetworkUp = networkProof(services.length);
  const outcomes = await Promise.all(services.map((service) => poll(service, { home, healths, isNetworkUp })));
  const counted = logReach(
    home,
    doubted,
    outcomes.flatMap(({ recorded }) => fulfilled(recorded)),
  );
  const unrecorded = outcomes.flatMap(({ recorded }) => rejected(recorded));
  const unannounced = outcomes.flatMap(({ announced }) => rejected(announced));
  if (unrecorded.length + unannounced.length > 0)
    throw new AggregateError(
      [...unrecorded, ...unannounced],
      `${unrecorded.length} services could not be recorded, the changes of ${unannounced.length} could not be announced`,
    );
  return { recorded: counted };
});

interface Round {
  home: Home;
  healths: Map<string, ServiceHealth>;
  isNetworkUp: NetworkProof;
}

/** What became of a probe: the changes to announce, or why it does not count. */
type Recorded = { changes: HealthChange[] } | { doubt: string };

/** Events that cannot be published keep no probe from being recorded, and a probe that fails keeps no event back. */
async function poll(service: Service, round: Round) {
  const { home, healths } = round;
  const announce = (changes: HealthChange[]) => announceHealth(home, service.name, changes);
  const left = healths.get(service.name)?.unannounced ?? [];
  const [announcedLeft, recorded] = await Promise.allSettled([announce(left), probeAndRecord(service, round)]);
  const changes = fulfilled(recorded).flatMap((each) => ('changes' in each ? each.changes : []));
  const [announced] = await Promise.allSettled([announce(changes)]);
  return { recorded, announced: announcedLeft.status === 'rejected' ? announcedLeft : announced };
}

async function probeAndRecord(service: Service, { home, healths, isNetworkUp }: Round): Promise<Recorded> {
  const { name } = service;
  const probing = home.prober.probe(service);
  const counts = await isNetworkUp(probing);
  const probe = await probing;
  if (counts) return { changes: await recordProbe(home, name, { probe, healths }) };
  await storeDoubt(home.backend, name, healths.get(name) ?? neverProbed, probe);
  return { doubt: probe.reason ?? 'unknown' };
}

/**
 * Says so once when nothing can be reached any more, and once when something can be again; `doubtedMs` is since when the
 * services were out of reach before this round. Gives the number of probes that counted.
 */
function logReach({ backend, log }: Home, doubtedMs: number[], recorded: Recorded[]): number {
  const doubts = recorded.flatMap((each) => ('doubt' in each ? [each.doubt] : []));
  const counted = recorded.length - doubts.length;
  if (doubts.length > 0 && doubtedMs.length === 0) {
    const message =
      'no service can be reached; the network of the orchestrator, or of the one host of all, seems to be down';
    log.warn(message, { reason: commonest(doubts) });
  }
  if (counted > 0 && doubtedMs.length > 0) {
    const seconds = Math.round((backend.clock.now() - Math.min(...doubtedMs)) / 1000);
    log.info('services can be reached again', { after_seconds: seconds });
  }
  return counted;
}

function commonest(reasons: string[]): string | undefined {
  const groups = [...Map.groupBy(reasons, (reason) => reason).values()];
  return groups.sort((one, other) => other.length - one.length)[0]?.[0];
}

function fulfilled<T>(outcome: PromiseSettledResult<T>): T[] {
  return outcome.status === 'fulfilled' ? [outcome.value] : [];
}

function rejected(outcome: PromiseSettledResult<unknown>): unknown[] {
  return outcome.status === 'rejected' ? [outcome.reason] : [];
}

type NetworkProof = (probing: Promise<Probe>) => Promise<boolean>;

/** So few services may all be down at once more easily than our network. */
const servicesToDoubt = 3;

/**
 * Tells each probe of a round whether to believe it: at once when it is a proof, else when any is, or when all are there.
 * One that throws is a fault of our own and proves nothing.
 */
function networkProof(services: number): NetworkProof {
  const isUp = Promise.withResolvers<boolean>();
  let missing = services;
  return async (probing) => {
    const isProof = await probing.then(
      (probe) => probe.isNetworkProof,
      () => false,
    );
    missing -= 1;
    if (isProof) isUp.resolve(true);
    if (missing === 0) isUp.resolve(services < servicesToDoubt);
    return isUp.promise;
  };
}
