import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { addressOf, type Service, serviceUrl } from '../../platform/catalogue.ts';
import { median } from '../measure.ts';
import { machineMs } from './machine-clock.ts';
import type { StubProcess } from './stub-process.ts';

/** So many rounds that one which met something else does not count. */
const rounds = 10;

/**
 * How long stubs really take, in ms, from the moment at which a connection to one is there, and its request is sent, until
 * it has answered; median of all that are asked over HTTP. It is more than they were told to take: one process stands for all
 * of them, and accepts their connections one after the other.
 */
export async function serviceMs(stubs: StubProcess, round: () => Promise<void>): Promise<number> {
  const tookMs: number[] = [];
  for (let count = 0; count < rounds; count += 1) {
    const connectedMs = await connectionTimes(round);
    const answersMs = await stubs.answersMs();
    tookMs.push(...stubs.catalogue.services.flatMap((service) => between(connectedMs, answersMs, service)));
  }
  return median(tookMs);
}

/** When the last connection to each port was there, on the clock of {@link machineMs}. */
async function connectionTimes(round: () => Promise<void>): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => times.set(socket.remotePort as number, machineMs()));
  };
  subscribe('net.client.socket', note);
  await round();
  unsubscribe('net.client.socket', note);
  return times;
}

function between(connectedMs: Map<number, number>, answersMs: Map<string, number>, service: Service): number[] {
  const connected = connectedMs.get(addressOf(serviceUrl(service)).port);
  const answered = answersMs.get(service.name);
  return connected === undefined || answered === undefined ? [] : [answered - connected];
}
