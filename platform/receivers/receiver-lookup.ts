import { type LookupAddress, promises } from 'node:dns';
import { isIP } from 'node:net';

/** All addresses of a host, at least one. Rejects with an error as of Node's resolver when there are none. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/**
 * Looks up hosts; an address stands for itself. Whoever asks for a name that is being looked up shares that answer: Node
 * looks up few names at once, and one whose resolver is silent takes ten seconds, so that many messages to one such host
 * would hold up all others.
 */
export function createReceiverLookup(resolve: Resolve = bySystem): Resolve {
  const underWay = new Map<string, Promise<LookupAddress[]>>();

  async function addressesOf(host: string): Promise<LookupAddress[]> {
    try {
      const found = await resolve(host);
      if (found.length === 0) throw Object.assign(new Error('The name has no address.'), { code: 'ENOTFOUND' });
      return found;
    } finally {
      underWay.delete(host);
    }
  }

  return async (host) => {
    if (isIP(host)) return [{ address: host, family: isIP(host) }];
    const answer = underWay.get(host) ?? addressesOf(host);
    underWay.set(host, answer);
    return answer;
  };
}

function bySystem(host: string): Promise<LookupAddress[]> {
  return promises.lookup(host, { all: true });
}
