import { describe, expect, it } from 'vitest';
import { localReceivers, namesOf } from './local-receiver.ts';

const resolve = namesOf({
  'hooks.example.com': ['8.8.8.8', '2a00:1450::1'],
  'inside.example.com': ['10.0.0.5'],
  'self.example.com': ['127.0.0.1'],
  'self6.example.com': ['::1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'metadata.example.com': ['169.254.169.254'],
  'nat64.example.com': ['64:ff9b::a9fe:a9fe'],
  'mixed.example.com': ['8.8.8.8', '127.0.0.1'],
  'mixed6.example.com': ['2a00:1450::1', 'fd00::1'],
  'odd.example.com': ['no address'],
  'omni-vault': ['10.0.0.7'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
});
const vault = { name: 'a', container: 'omni-vault', port: 80, tier: 'T', critical: false, depends_on: [], probe: '/h' };
const receivers = localReceivers({ resolve, catalogue: { services: [vault] }, allow: [] });

describe('a URL may be registered', () => {
  it.each([
    ['whose host has public addresses only', 'https://hooks.example.com/a'],
    ['whose host is of the catalogue', 'http://omni-vault:8200/'],
    ['whose host is not known yet', 'http://soon.example.com/'],
    ['that has a public address', 'http://8.8.8.8/'],
  ])('%s', async (_, url) => {
    expect(await receivers.refusalOf(url)).toBeUndefined();
  });

  it('whose host is not looked up in time', async () => {
    const silent = localReceivers({ resolve: () => new Promise(() => undefined), refusalTimeoutMs: 5 });
    expect(await silent.refusalOf('http://hooks.example.com/')).toBeUndefined();
  });
});

describe('a URL may not be registered', () => {
  it.each([
    ['whose host is inside', 'http://inside.example.com/', '10.0.0.5'],
    ['whose host is this machine', 'http://self.example.com/', '127.0.0.1'],
    ['whose host is this machine, over IPv6', 'http://self6.example.com/', '::1'],
    ['whose host is this machine, mapped', 'http://mapped.example.com/', '::ffff:127.0.0.1'],
    ['whose host is the metadata of a cloud', 'http://metadata.example.com/', '169.254.169.254'],
    ['whose host hides an address', 'http://nat64.example.com/', '64:ff9b::a9fe:a9fe'],
    ['whose host has a good and a bad address', 'http://mixed.example.com/', '127.0.0.1'],
    ['whose host has a good and a bad address, over IPv6', 'http://mixed6.example.com/', 'fd00::1'],
    ['whose host has an address that is none', 'http://odd.example.com/', 'no address'],
    ['of localhost', 'http://localhost:3000/', '127.0.0.1'],
    ['of localhost in upper case, with a dot', 'http://LOCALHOST./', '127.0.0.1'],
    ['with an address of this machine', 'http://0x7f.1/', '127.0.0.1'],
  ])('%s', async (_, url, address) => {
    expect(await receivers.refusalOf(url)).toBe(`the address ${address} is not allowed`);
  });

  it('that has a scheme of another kind, and nothing is looked up for it', async () => {
    const asked: string[] = [];
    const watched = localReceivers({
      resolve: async (host) => {
        asked.push(host);
        return [];
      },
    });
    expect(await watched.refusalOf('gopher://hooks.example.com/')).toBe('the URL is neither http nor https');
    expect(await watched.refusalOf('http://127.0.0.1/')).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
