import { describe, expect, it } from 'vitest';
import { createReceiverRule } from '../../../platform/receivers/receiver-rule.ts';
import { urlRefusal } from '../../../platform/receivers/receiver-url.ts';

const rule = createReceiverRule({ services: [] }, [{ network: '10.1.0.0', bits: 16 }]);
const refusal = (url: string) => urlRefusal(url, rule);

describe('a URL is taken', () => {
  it.each([
    'http://hooks.example.com',
    'https://hooks.example.com:8443/a/b?c=d#e',
    'HTTPS://HOOKS.EXAMPLE.COM/',
    'https://hooks.example.com./',
    'http://8.8.8.8/',
    'http://[2a00:1450::1]:8080/',
    'http://10.1.2.3/',
    'http://localhost/',
    `https://hooks.example.com/${'a'.repeat(2048 - 26)}`,
  ])('%s', (url) => {
    expect(refusal(url)).toBeUndefined();
  });
});

describe('a URL is refused that', () => {
  it.each([
    ['', 'the URL cannot be parsed'],
    ['hooks.example.com', 'the URL cannot be parsed'],
    ['http://', 'the URL cannot be parsed'],
    ['http://1.2.3.4.5/', 'the URL cannot be parsed'],
    ['http://[fe80::1%25eth0]/', 'the URL cannot be parsed'],
    ['ftp://hooks.example.com/', 'the URL is neither http nor https'],
    ['file:///etc/passwd', 'the URL is neither http nor https'],
    ['gopher://127.0.0.1:70/_', 'the URL is neither http nor https'],
    ['ws://hooks.example.com/', 'the URL is neither http nor https'],
    ['data:text/plain,x', 'the URL is neither http nor https'],
    ['javascript:alert(1)', 'the URL is neither http nor https'],
    ['unix:///var/run/docker.sock', 'the URL is neither http nor https'],
    ['http://user:secret@hooks.example.com/', 'the URL has a user name or a password'],
    ['http://user@hooks.example.com/', 'the URL has a user name or a password'],
    ['http://:secret@hooks.example.com/', 'the URL has a user name or a password'],
    ['http://hooks.example.com@127.0.0.1/', 'the URL has a user name or a password'],
    [`https://hooks.example.com/${'a'.repeat(2049 - 26)}`, 'the URL is longer than 2,048 characters'],
  ])('is %s', (url, says) => {
    expect(refusal(url)).toBe(says);
  });
});

describe('the address of a URL is refused in every notation', () => {
  it.each([
    [
      '127.0.0.1',
      ['127.0.0.1', '127.0.0.1.', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.1'],
    ],
    ['127.0.0.1', ['127.0.1', '0x7F.0x0.0x0.0x1', '%31%32%37.0.0.1', '①②⑦.0.0.1', '127。0。0。1', '\t127.0.0.1']],
    ['::ffff:7f00:1', ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:FFFF:127.0.0.1]']],
    ['::1', ['[::1]', '[0:0:0:0:0:0:0:1]', '[::0.0.0.1]']],
    ['::7f00:1', ['[::127.0.0.1]', '[::7f00:1]']],
    ['::', ['[::]', '[0:0:0:0:0:0:0:0]', '[::0.0.0.0]']],
    ['0.0.0.0', ['0.0.0.0', '0', '0x0', '00.0']],
    ['169.254.169.254', ['169.254.169.254', '2852039166', '0xA9FEA9FE', '0251.0376.0251.0376', '169.254.43518']],
    ['::ffff:a9fe:a9fe', ['[::ffff:a9fe:a9fe]', '[::ffff:169.254.169.254]']],
    ['10.0.0.1', ['10.0.0.1', '10.1', '012.1']],
    ['192.168.0.1', ['192.168.1', '3232235521']],
    ['255.255.255.255', ['255.255.255.255', '4294967295']],
    ['fd00::1', ['[fd00::1]', '[FD00:0::0001]']],
    ['fe80::1', ['[fe80::1]']],
    ['fd00:ec2::254', ['[fd00:ec2::254]']],
    ['64:ff9b::7f00:1', ['[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]']],
    ['2002:7f00:1::', ['[2002:7f00:1::]']],
    ['2001:0:7f00:1::', ['[2001:0:7f00:1::]']],
  ])('%s as %j', (address, notations) => {
    for (const host of notations) {
      for (const url of [`http://${host}/`, `HTTPS://${host}:8443/path`, `http:\\\\${host}\\`])
        expect(refusal(url), url).toBe(`the address ${address} is not allowed`);
    }
  });
});
