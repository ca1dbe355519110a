import { BlockList, isIP, isIPv6 } from 'node:net';
import * as z from 'zod';
import { addressKind, holds } from './receiver-address.ts';

/** One entry: a host by its name, or a block of addresses. A single address is a block of all its bits. */
export type AllowEntry = { host: string } | { network: string; bits: number };

/** Receivers that may stand at private addresses: addresses, CIDR blocks and host names, comma separated. */
export const allowList = z
  .string()
  .default('')
  .transform((text, context) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts
      .filter((part) => part !== '')
      .flatMap((part) => {
        const entry = isIP(part.replace(/\/.*$/, '')) ? blockOf(part) : hostEntryOf(part);
        if (typeof entry !== 'string') return [entry];
        context.addIssue(`"${part}" ${entry}`);
        return [];
      });
  });

/** The block of addresses of an entry, or undefined for a host's name. */
export function blockListOf(entry: AllowEntry): BlockList | undefined {
  return 'host' in entry ? undefined : listOf(entry);
}

/** Whether an entry opens addresses of the machine itself. */
export function opensLoopback(entry: AllowEntry): boolean {
  if ('host' in entry) return entry.host === 'localhost';
  const block = listOf(entry);
  return addressKind(entry.network) === 'loopback' || ['127.0.0.1', '::1'].some((address) => holds(block, address));
}

/** An entry as it is written; a block of one address with all its bits. */
export function entryText(entry: AllowEntry): string {
  return 'host' in entry ? entry.host : `${entry.network}/${entry.bits}`;
}

/** A host's name as all forms of it are compared: the one that a URL gives it, without the dot that may end it. */
export function hostName(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}

function listOf({ network, bits }: Extract<AllowEntry, { network: string }>): BlockList {
  const list = new BlockList();
  list.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4');
  return list;
}

/** The entry, or what is wrong with it. */
function blockOf(text: string): AllowEntry | string {
  const [network = '', bits] = text.split(/\/(.*)/s);
  const bitsMax = isIPv6(network) ? 128 : 32;
  if (network.includes('%')) return 'must have no zone';
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax))
    return `must be <address>/<bits> with at most ${bitsMax} bits`;
  const entry = { network, bits: bits === undefined ? bitsMax : Number(bits) };
  if (entry.bits === 0) return 'is every address; name those that are meant';
  return addressKind(network) === 'forbidden'
    ? 'is never allowed: it is link-local, metadata, multicast or reserved'
    : entry;
}

/** As DNS has it, and containers, whose names may have an underscore. */
const hostForm = /^(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/;

function hostEntryOf(text: string): AllowEntry | string {
  const wrong = 'must be an address, a CIDR block or a host name';
  if (!/^[^\s/:@?#[\]\\*%]+$/.test(text) || !URL.canParse(`http://${text}`)) return wrong;
  const { hostname } = new URL(`http://${text}`);
  if (!isIP(hostname) && !hostForm.test(hostname)) return wrong;
  return isIP(hostname) ? `is the address ${hostname}; write it so` : { host: hostName(hostname) };
}
