import { describe, expect, it } from 'vitest';
import { allowList, opensLoopback } from '../../../platform/receivers/allow-list.ts';
import { createReceiverRule } from '../../../platform/receivers/receiver-rule.ts';

const service = { name: 'a', port: 80, tier: 'T', critical: false, depends_on: [], probe: '/health' };
const catalogue = {
  services: [
    { ...service, container: 'omni-Vault' },
    { ...service, name: 'b', container: 'omni-b', url: 'https://B.corp.example:8443/base' },
    { ...service, name: 'c', container: 'omni-c', url: 'http://[fd00::c]:80' },
    { ...service, name: 'd', container: 'omni-d', url: 'http://127.0.0.1:9000' },
  ],
};

/** What a receiver at this host and address is told, with this list. */
const refusal = (allow: string, host: string, address: string) =>
  createReceiverRule(catalogue, allowList.parse(allow))(host, address);

describe('without a list', () => {
  it.each([
    ['hooks.example.com', '8.8.8.8'],
    ['omni-vault', '10.0.0.5'],
    ['OMNI-VAULT.', '10.0.0.5'],
    ['omni-vault', 'fd00::5'],
    ['b.corp.example', '172.16.0.1'],
    ['omni-b', '192.168.0.1'],
    ['fd00::c', 'fd00::c'],
  ])('%s may be at %s', (host, address) => {
    expect(refusal('', host, address)).toBeUndefined();
  });

  it.each([
    ['hooks.example.com', '10.0.0.5'],
    ['omni-vault.example.com', '10.0.0.5'],
    ['fd00::d', 'fd00::d'],
    ['omni-vault', '127.0.0.1'],
    ['omni-vault', '169.254.169.254'],
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['localhost', '::1'],
  ])('%s may not be at %s', (host, address) => {
    expect(refusal('', host, address)).toBe(`the address ${address} is not allowed`);
  });
});

describe('a list', () => {
  it.each([
    ['10.0.0.5', 'x', '10.0.0.5'],
    ['10.0.0.5', 'x', '::ffff:10.0.0.5'],
    ['10.1.0.0/16', 'x', '10.1.255.255'],
    ['10.1.2.3/16', 'x', '10.1.0.0'],
    ['fd00:1::/32', 'x', 'fd00:1:2::3'],
    [' 10.9.9.9 ,, hooks.corp ', 'hooks.corp', '192.168.0.1'],
    ['Hooks.Corp.', 'hooks.corp', '192.168.0.1'],
    ['hooks.corp', 'HOOKS.corp.', '192.168.0.1'],
    ['omni_hooks', 'omni_hooks', '10.0.0.1'],
    ['bücher.example', 'xn--bcher-kva.example', '10.0.0.1'],
    ['127.0.0.1', 'x', '127.0.0.1'],
    ['127.0.0.0/8', 'x', '127.9.9.9'],
    ['127.0.0.1', 'x', '::ffff:127.0.0.1'],
    ['::1', 'x', '::1'],
    ['localhost', 'localhost', '127.0.0.1'],
    ['localhost', 'LOCALHOST.', '::1'],
  ])('%j lets %s be at %s', (allow, host, address) => {
    expect(refusal(allow, host, address)).toBeUndefined();
  });

  it.each([
    ['10.0.0.5', 'x', '10.0.0.6'],
    ['10.1.0.0/16', 'x', '10.2.0.0'],
    ['hooks.corp', 'a.hooks.corp', '10.0.0.1'],
    ['hooks.corp', 'hooks.corp', '127.0.0.1'],
    ['localhost', 'other', '127.0.0.1'],
    ['localhost', '127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'x', '127.0.0.2'],
    ['127.0.0.1', 'x', '::1'],
    ['hooks.corp', 'hooks.corp', '169.254.169.254'],
    ['100.64.0.0/10', 'x', '100.100.100.200'],
    ['168.0.0.0/8', 'x', '168.63.129.16'],
    ['fd00::/8', 'x', 'fd00:ec2::254'],
    ['128.0.0.0/1', 'x', '169.254.169.254'],
    ['8000::/1', 'x', 'fe80::1'],
  ])('%j does not let %s be at %s', (allow, host, address) => {
    expect(refusal(allow, host, address)).toBe(`the address ${address} is not allowed`);
  });
});

describe('an entry that is wrong is named with what it must be', () => {
  it.each([
    ['10.0.0.0/33', 'must be <address>/<bits> with at most 32 bits'],
    ['fd00::/129', 'must be <address>/<bits> with at most 128 bits'],
    ['10.0.0.0/', 'must be <address>/<bits> with at most 32 bits'],
    ['10.0.0.0/8/8', 'must be <address>/<bits> with at most 32 bits'],
    ['10.0.0.0/-1', 'must be <address>/<bits> with at most 32 bits'],
    ['0.0.0.0/0', 'is every address; name those that are meant'],
    ['10.0.0.1/0', 'is every address; name those that are meant'],
    ['::/0', 'is every address; name those that are meant'],
    ['169.254.169.254', 'is never allowed: it is link-local, metadata, multicast or reserved'],
    ['169.254.0.0/16', 'is never allowed: it is link-local, metadata, multicast or reserved'],
    ['fe80::1', 'is never allowed: it is link-local, metadata, multicast or reserved'],
    ['fd00:1::1%eth0', 'must have no zone'],
    ['127.1', 'is the address 127.0.0.1; write it so'],
    ['2130706433', 'is the address 127.0.0.1; write it so'],
    ['http://hooks.corp', 'must be an address, a CIDR block or a host name'],
    ['hooks.corp:8080', 'must be an address, a CIDR block or a host name'],
    ['hooks.corp/path', 'must be an address, a CIDR block or a host name'],
    ['*.corp', 'must be an address, a CIDR block or a host name'],
    ['me@hooks.corp', 'must be an address, a CIDR block or a host name'],
    ['10.0.0.300', 'must be an address, a CIDR block or a host name'],
    ['foo_bar!', 'must be an address, a CIDR block or a host name'],
    ["hooks'.corp", 'must be an address, a CIDR block or a host name'],
    ['hooks..corp', 'must be an address, a CIDR block or a host name'],
    ['hooks=corp', 'must be an address, a CIDR block or a host name'],
    [`${'x'.repeat(64)}.corp`, 'must be an address, a CIDR block or a host name'],
    ['two words', 'must be an address, a CIDR block or a host name'],
    ['[::1]', 'must be an address, a CIDR block or a host name'],
  ])('%j %s', (entry, says) => {
    const { error } = allowList.safeParse(`hooks.corp,${entry},10.0.0.1`);
    expect(error?.issues.map(({ message }) => message)).toEqual([`"${entry}" ${says}`]);
  });

  it('beside every other that is wrong', () => {
    expect(allowList.safeParse('*.corp,10.0.0.1,::/0').error?.issues).toHaveLength(2);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.0.0.0/8', true],
  ['126.0.0.0/7', true],
  ['64.0.0.0/2', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['10.0.0.0/8', false],
  ['fd00::/8', false],
  ['hooks.corp', false],
])('of %s it is known whether it opens the machine itself: %s', (entry, isOpen) => {
  expect(allowList.parse(entry).map(opensLoopback)).toEqual([isOpen]);
});
