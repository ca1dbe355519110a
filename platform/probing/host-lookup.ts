import { type LookupAddress, promises } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { setTimeout as elapse } from 'node:timers/promises';

interface HostLookupOptions {
  /** How a name is resolved, for tests; the system's own way unless told. */
  resolve?: (host: string) => Promise<LookupAddress[]>;
  /** How long an answer is waited for while an earlier one is known, in ms. */
  patienceMs?: number;
}

/** A resolver answers within some milliseconds; one that takes longer is held up, by names that nobody answers for. */
const patienceMsDefault = 500;

/**
 * Looks up host names for connections. Node does so on four threads, and a name whose resolver is silent keeps one of them
 * for ten seconds: without care four such names would hold up the probes of all others. So whoever asks for a name that is
 * being looked up shares that answer, and a name that was found before is taken as it was when the answer is late. A name
 * that is answered to be gone is gone.
 */
export function createHostLookup({ resolve = bySystem, patienceMs = patienceMsDefault }: HostLookupOptions = {}) {
  const underWay = new Map<string, Promise<LookupAddress[]>>();
  const lastKnown = new Map<string, LookupAddress[]>();

  async function resolveAndKeep(host: string): Promise<LookupAddress[]> {
    try {
      const found = await resolve(host);
      lastKnown.set(host, found);
      return found;
    } finally {
      underWay.delete(host);
    }
  }

  function addressesOf(host: string): Promise<LookupAddress[]> {
    const answer = underWay.get(host) ?? resolveAndKeep(host);
    underWay.set(host, answer);
    const known = lastKnown.get(host);
    return known ? Promise.race([answer, elapse(patienceMs, known, { ref: false })]) : answer;
  }

  const lookup: LookupFunction = (host, options, callback) => {
    addressesOf(host).then(
      (addresses) => {
        const [first] = addresses as [LookupAddress];
        if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
  return lookup;
}

function bySystem(host: string): Promise<LookupAddress[]> {
  return promises.lookup(host, { all: true });
}
