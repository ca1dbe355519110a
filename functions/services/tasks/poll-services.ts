import type { Service } from '../../../platform/catalogue.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { announceHealth } from '../announce-health.ts';
import { pollServicesTask } from '../contract.ts';
import { recordProbe } from '../record-probe.ts';
import type { ServiceHealth } from '../service-health.ts';
import { loadServiceHealths } from '../service-health-store.ts';

/**
 * One round: probes every service, all at once, and records each as soon as it is known. A failure that may as well be
 * one of our own network waits until any probe of the round shows that this works, and is dropped when none does. What
 * an earlier round stored and did not announce is announced first. Throws in the end when a service could not be
 * recorded; the others are.
 */
export const pollServices = task(pollServicesTask, async (_: unknown, home: Home) => {
  const healths = await loadServiceHealths(home.backend);
  const isNetworkUp = networkProof(home.catalogue.services.length);
  const outcomes = await Promise.allSettled(
    home.catalogue.services.map((service) => poll(service, { home, healths, isNetworkUp })),
  );
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} services could not be recorded`);
  const recorded = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length;
  if (recorded === 0) home.log.warn('no probe came through; the network of the orchestrator itself seems to be down');
  return { recorded };
});

interface Round {
  home: Home;
  healths: Map<string, ServiceHealth>;
  isNetworkUp: NetworkProof;
}

/** Whether the probe counted. Events that cannot be published keep no probe from being recorded. */
async function poll(service: Service, { home, healths, isNetworkUp }: Round): Promise<boolean> {
  const left = healths.get(service.name)?.unannounced ?? [];
  const [announced, recorded] = await Promise.allSettled([
    announceHealth(home, service.name, left),
    probeAndRecord(service, { home, healths, isNetworkUp }),
  ]);
  if (recorded.status === 'rejected') throw recorded.reason;
  if (announced.status === 'rejected') throw announced.reason;
  return recorded.value;
}

async function probeAndRecord(service: Service, { home, healths, isNetworkUp }: Round): Promise<boolean> {
  const probe = await home.prober.probe(service);
  const counts = await isNetworkUp(probe.isNetworkProof);
  if (counts) await recordProbe(home, service.name, { probe, healths });
  return counts;
}

type NetworkProof = (isProof: boolean) => Promise<boolean>;

/** So few services may all be down at once more easily than our network. */
const servicesToDoubt = 3;

/** Tells each probe of a round whether to believe it: at once when it is a proof, else when any is, or when all are there. */
function networkProof(services: number): NetworkProof {
  const isUp = Promise.withResolvers<boolean>();
  let missing = services;
  return (isProof) => {
    missing -= 1;
    if (isProof) isUp.resolve(true);
    if (missing === 0) isUp.resolve(services < servicesToDoubt);
    return isUp.promise;
  };
}
