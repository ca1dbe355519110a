import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * What an address is for whoever sends to it: `public` is anybody's on the internet, `private` is somebody's inside,
 * `loopback` is this machine, and `forbidden` is what no receiver can honestly have.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'forbidden';

/**
 * The kind of an IP address. One in which an IPv4 address is mapped (`::ffff:127.0.0.1`) is what that is, as the system
 * connects to it. Only what IANA gives out for use on the internet is public; all else that is not known here, and all
 * that is no address, is not.
 */
export function addressKind(address: string): AddressKind {
  if (isIP(address) === 0 || address.includes('%')) return 'forbidden';
  if (holds(loopback(), address)) return 'loopback';
  if (holds(forbidden(), address)) return 'forbidden';
  return holds(special(), address) || !holds(unicast(), address) ? 'private' : 'public';
}

/** Whether a list holds an address. The list judges an IPv4 address that is mapped into IPv6 by its rules for IPv4. */
export function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * `<network>/<bits>`, as the registries write them. The list is made when it is first asked for: every function loads this
 * module for its settings, and few of them ever judge an address.
 */
function listOf(...blocks: string[]): () => BlockList {
  let list: BlockList | undefined;
  return () => {
    list ??= filled(blocks);
    return list;
  };
}

function filled(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', bits] = block.split('/');
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** RFC 1122, section 3.2.1.3, and RFC 4291, section 2.5.3. */
const loopback = listOf('127.0.0.0/8', '::1/128');

/**
 * Addresses that lead to the machine itself, to its neighbours unasked, to many, or to whatever another address hides in
 * them; and those on which clouds give out credentials, also where they are among private ones.
 */
const forbidden = listOf(
  '0.0.0.0/8', // this host on this network, RFC 1122; systems connect to themselves
  '169.254.0.0/16', // link-local, RFC 3927; the metadata of most clouds
  '224.0.0.0/4', // multicast, RFC 5771
  '240.0.0.0/4', // reserved, RFC 1112, and limited broadcast, RFC 919
  '100.100.100.200/32', // metadata of Alibaba Cloud
  '168.63.129.16/32', // the host of a virtual machine on Azure
  '192.0.0.192/32', // metadata of Oracle Cloud
  'fd00:ec2::/32', // metadata (::254) and credentials of pods (::23) on AWS, and its other services of an instance
  'fd20:ce::254/128', // metadata of Google Cloud
  'fe80::/10', // link-local, RFC 4291
  'ff00::/8', // multicast, RFC 4291
  '::/96', // unspecified, and IPv4-compatible, RFC 4291, section 2.5.5.1
  '::ffff:0:0:0/96', // IPv4-translated, RFC 2765
  '64:ff9b::/96', // NAT64, RFC 6052
  '64:ff9b:1::/48', // NAT64 of a network's own, RFC 8215
  '2001::/32', // Teredo, RFC 4380
  '2002::/16', // 6to4, RFC 3056
);

/**
 * Special purposes without global reach, from IANA's registries (RFC 6890):
 * https://www.iana.org/assignments/iana-ipv4-special-registry and https://www.iana.org/assignments/iana-ipv6-special-registry.
 */
const special = listOf(
  '10.0.0.0/8', // private use, RFC 1918
  '100.64.0.0/10', // shared by carriers, RFC 6598
  '172.16.0.0/12', // private use, RFC 1918
  '192.0.0.0/24', // protocol assignments, RFC 6890
  '192.0.2.0/24', // documentation, RFC 5737
  '192.88.99.0/24', // relays of 6to4, deprecated, RFC 7526
  '192.168.0.0/16', // private use, RFC 1918
  '198.18.0.0/15', // benchmarks, RFC 2544
  '198.51.100.0/24', // documentation, RFC 5737
  '203.0.113.0/24', // documentation, RFC 5737
  '2001::/23', // protocol assignments, RFC 2928
  '2001:db8::/32', // documentation, RFC 3849
  '3fff::/20', // documentation, RFC 9637
);

/**
 * IPv4, and of IPv6 what IANA gives out: https://www.iana.org/assignments/ipv6-address-space. Outside are, among others,
 * unique local addresses (`fc00::/7`, RFC 4193), site-local ones (`fec0::/10`, RFC 3879), what is discarded (`100::/64`, RFC
 * 6666) and segment routing (`5f00::/16`, RFC 9602).
 */
const unicast = listOf('0.0.0.0/0', '2000::/3');
