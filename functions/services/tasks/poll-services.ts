import type { Service } from '../../../platform/catalogue.ts';
import type { Probe } from '../../../platform/probing/probe.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { announceHealth } from '../announce-health.ts';
import { pollServicesTask } from '../contract.ts';
import { recordProbe } from '../record-probe.ts';
import type { HealthChange, ServiceHealth } from '../service-health.ts';
import { loadServiceHealths } from '../service-health-store.ts';

/**
 * One round: probes every service, all at once, and records each as soon as it is known. A failure that may as well be
 * one of our own network waits until any probe of the round shows that this works, and is dropped when none does. What
 * an earlier round stored and did not announce is announced first. Throws in the end when a service could not be
 * recorded or a change not announced; the others are.
 */
export const pollServices = task(pollServicesTask, async (_: unknown, home: Home) => {
  const healths = await loadServiceHealths(home.backend);
  const isNetworkUp = networkProof(home.catalogue.services.length);
  const outcomes = await Promise.all(
    home.catalogue.services.map((service) => poll(service, { home, healths, isNetworkUp })),
  );
  const unrecorded = outcomes.flatMap(({ recorded }) => (recorded.status === 'rejected' ? [recorded.reason] : []));
  const unannounced = outcomes.flatMap(({ announced }) => (announced.status === 'rejected' ? [announced.reason] : []));
  if (unrecorded.length + unannounced.length > 0)
    throw new AggregateError(
      [...unrecorded, ...unannounced],
      `${unrecorded.length} services could not be recorded, the changes of ${unannounced.length} could not be announced`,
    );
  const counted = outcomes.filter(({ recorded }) => recorded.status === 'fulfilled' && recorded.value !== null).length;
  if (counted === 0) home.log.warn('no probe came through; the network of the orchestrator itself seems to be down');
  return { recorded: counted };
});

interface Round {
  home: Home;
  healths: Map<string, ServiceHealth>;
  isNetworkUp: NetworkProof;
}

/** Events that cannot be published keep no probe from being recorded, and a probe that fails keeps no event back. */
async function poll(service: Service, round: Round) {
  const { home, healths } = round;
  const announce = (changes: HealthChange[]) => announceHealth(home, service.name, changes);
  const left = healths.get(service.name)?.unannounced ?? [];
  const [announcedLeft, recorded] = await Promise.allSettled([announce(left), probeAndRecord(service, round)]);
  const changes = (recorded.status === 'fulfilled' && recorded.value) || [];
  const [announced] = await Promise.allSettled([announce(changes)]);
  return { recorded, announced: announcedLeft.status === 'rejected' ? announcedLeft : announced };
}

/** The changes to announce; null when the probe does not count. */
async function probeAndRecord(service: Service, { home, healths, isNetworkUp }: Round): Promise<HealthChange[] | null> {
  const probing = home.prober.probe(service);
  const counts = await isNetworkUp(probing);
  const probe = await probing;
  return counts ? recordProbe(home, service.name, { probe, healths }) : null;
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
