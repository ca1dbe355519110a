import { setTimeout as elapse } from 'node:timers/promises';
import { addressOf, type Catalogue } from '../catalogue.ts';
import { reasonOf } from '../probing/connection-failure.ts';
import type { AllowEntry } from './allow-list.ts';
import { AddressNotAllowed, openConnection } from './receiver-connection.ts';
import { createReceiverLookup, type Resolve } from './receiver-lookup.ts';
import { postOver, type ReceiverAnswer, type ReceiverMessage } from './receiver-post.ts';
import { createReceiverRule } from './receiver-rule.ts';
import { urlRefusal } from './receiver-url.ts';

/** Those that are sent to at URLs of users: the receivers of webhooks. */
export interface Receivers {
  /**
   * Why a URL may not be sent to, in a few words, or undefined. Looks up the host's name: one that is not known is no reason,
   * nor is a resolver that does not answer in time, since the addresses are checked whenever something is sent.
   */
  refusalOf(url: string): Promise<string | undefined>;
  /** POSTs over a connection of its own and tells what came of it. Never throws. */
  post(message: ReceiverMessage): Promise<Receipt>;
}

/** What came of a POST: an answer, or in a few words for everybody why there was none. */
export type Receipt = { durationMs: number } & (ReceiverAnswer | { error: string });

export interface ReceiversOptions {
  catalogue: Catalogue;
  /** What is allowed beside public addresses and hosts of the catalogue. */
  allow: readonly AllowEntry[];
  /** From the look-up of the host's name to the end of what is read of the answer. */
  timeoutMs?: number;
  /** For a test; the system's own way unless told. */
  resolve?: Resolve;
  /** How long a URL's host is looked up before the URL passes without. */
  refusalTimeoutMs?: number;
}

/** As long as receivers of webhooks are commonly given. */
const timeoutMsDefault = 15_000;

/** Somebody waits for the answer, and a resolver that knows the name takes milliseconds. */
const refusalTimeoutMsDefault = 2000;

/** Sends to receivers, to no address that is not allowed. Redirects, proxies, cookies and credentials are unknown to it. */
export function createReceivers(options: ReceiversOptions): Receivers {
  const { timeoutMs = timeoutMsDefault, refusalTimeoutMs = refusalTimeoutMsDefault } = options;
  const rule = createReceiverRule(options.catalogue, options.allow);
  const resolve = createReceiverLookup(options.resolve);

  async function answerOf(message: ReceiverMessage): Promise<ReceiverAnswer | { error: string }> {
    const refusal = urlRefusal(message.url, rule);
    if (refusal !== undefined) return { error: refusal };
    const end = new AbortController();
    const limit = setTimeout(() => end.abort(new DOMException('', 'TimeoutError')), timeoutMs);
    const { signal } = end;
    try {
      const socket = await openConnection(new URL(message.url), { rule, resolve, signal });
      return await postOver(socket, message, signal);
    } catch (error) {
      if (error instanceof AddressNotAllowed) return { error: error.message };
      return { error: reasonOf(signal.aborted ? signal.reason : error, timeoutMs) };
    } finally {
      clearTimeout(limit);
      end.abort();
    }
  }

  return {
    async refusalOf(url) {
      const refusal = urlRefusal(url, rule);
      if (refusal !== undefined) return refusal;
      const { host } = addressOf(url);
      const known = resolve(host).catch(() => []);
      const addresses = await Promise.race([known, elapse(refusalTimeoutMs, [], { ref: false })]);
      return addresses.map(({ address }) => rule(host, address)).find((reason) => reason !== undefined);
    },
    async post(message) {
      const startedAt = performance.now();
      const answer = await answerOf(message);
      return { durationMs: Math.round(performance.now() - startedAt), ...answer };
    },
  };
}
