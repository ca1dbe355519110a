import { addressOf, type Catalogue, serviceUrl } from '../catalogue.ts';
import { type AllowEntry, blockListOf, hostName } from './allow-list.ts';
import { addressKind, holds } from './receiver-address.ts';

/** Why a host may not be sent to at this address, or undefined. The host is as its URL has it. */
export type ReceiverRule = (host: string, address: string) => string | undefined;

/**
 * Public addresses are free. A private one is for hosts of the catalogue, for hosts that are allowed by name, and where it is
 * allowed itself; loopback only where it is allowed itself, or for `localhost` by that name. Others are refused whatever is
 * allowed.
 */
export function createReceiverRule(catalogue: Catalogue, allow: readonly AllowEntry[]): ReceiverRule {
  const named = new Set(allow.flatMap((entry) => ('host' in entry ? [entry.host] : [])));
  const known = new Set([...catalogue.services.flatMap(hostsOf), ...named]);
  const blocks = allow.flatMap((entry) => blockListOf(entry) ?? []);

  function isAllowed(host: string, address: string): boolean {
    const kind = addressKind(address);
    if (kind === 'public' || kind === 'forbidden') return kind === 'public';
    const isOpen = kind === 'private' ? known.has(host) : host === 'localhost' && named.has(host);
    return isOpen || blocks.some((block) => holds(block, address));
  }

  return (host, address) => (isAllowed(hostName(host), address) ? undefined : `the address ${address} is not allowed`);
}

function hostsOf(service: Catalogue['services'][number]): string[] {
  return [service.container, addressOf(serviceUrl(service)).host].map(hostName);
}
