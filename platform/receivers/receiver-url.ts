import { isIP } from 'node:net';
import { addressOf } from '../catalogue.ts';
import type { ReceiverRule } from './receiver-rule.ts';

/** As long as some clients and proxies take at most. */
const charactersMax = 2048;

/**
 * What is wrong with a URL by itself, or undefined; what its host's name stands for is not looked up. An address in any
 * notation (`2130706433`, `0x7f.1`, `127.1`) is one address after parsing, so that the rule sees what will be connected to.
 */
export function urlRefusal(url: string, rule: ReceiverRule): string | undefined {
  if (url.length > charactersMax) return 'the URL is longer than 2,048 characters';
  if (!URL.canParse(url)) return 'the URL cannot be parsed';
  const { protocol, username, password } = new URL(url);
  if (!/^https?:$/.test(protocol)) return 'the URL is neither http nor https';
  if (username !== '' || password !== '') return 'the URL has a user name or a password';
  const { host } = addressOf(url);
  return isIP(host) ? rule(host, host) : undefined;
}
