import type { Probe } from '../../platform/probing/probe.ts';

/** Whether a probe of a round counts. */
export type NetworkProof = (probing: Promise<Probe>) => Promise<boolean>;

/**
 * Tells each probe of a round whether to believe it: at once when it is a proof, else when any is, or when all are there.
 * One that throws is a fault of our own and proves nothing.
 */
export function networkProof(services: number): NetworkProof {
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

/** So few services may all be down at once more easily than our network. */
const servicesToDoubt = 3;
