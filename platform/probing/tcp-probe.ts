import { connect } from 'node:net';
import { addressOf } from '../catalogue.ts';
import { isFromTheOtherSide, reasonOf } from './connection-failure.ts';
import type { ConnectionOptions } from './http-get.ts';
import type { Sight } from './probe.ts';

/** Whether the service takes a connection, which is closed at once. */
export function probeTcp(url: string, { timeoutMs, lookup }: ConnectionOptions): Promise<Sight> {
  const address = addressOf(url);
  return new Promise((resolve) => {
    const socket = connect({ ...address, lookup });
    const end = (sight: Sight) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(sight);
    };
    const fail = (error: unknown) =>
      end({ result: 'failed', reason: reasonOf(error, timeoutMs), isNetworkProof: isFromTheOtherSide(error) });
    const limit = setTimeout(() => fail(new DOMException('', 'TimeoutError')), timeoutMs);
    socket.once('connect', () => end({ result: 'good', reason: null, isNetworkProof: true }));
    socket.once('error', fail);
  });
}
