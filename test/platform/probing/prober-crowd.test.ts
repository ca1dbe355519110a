import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import type { Service } from '../../../platform/catalogue.ts';
import { createProber } from '../../../platform/probing/prober.ts';

/** As many probes as Lambda's open files have room for. */
const atOnceMax = 450;

it('of a crowd of services no more are probed at a time than a process may have connections for', async () => {
  const held: ServerResponse[] = [];
  let whenFull = () => {};
  const full = new Promise<void>((resolve) => {
    whenFull = resolve;
  });
  let isHolding = true;
  const server = createServer((request, response) => {
    if (request.url === '/marker' || !isHolding) return void response.end();
    held.push(response);
    if (held.length === atOnceMax) whenFull();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const prober = createProber({ timeoutMs: 20_000, slowMs: 20_000, clock: { now: () => 0 } });
  const probes = Array.from({ length: atOnceMax + 50 }, () => prober.probe({ ...row, url }));
  await full;
  // Whatever else was begun by now has come to the server before this has.
  await new Promise<void>((resolve) => get(`${url}/marker`, (response) => response.resume().on('end', resolve)));
  expect(held).toHaveLength(atOnceMax);
  isHolding = false;
  for (const response of held) response.end();
  expect(new Set((await Promise.all(probes)).map(({ result }) => result))).toEqual(new Set(['good']));
  await new Promise((resolve) => server.close(resolve));
});

it('what waits until probes have begun goes on before any has its answer', async () => {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => void held.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = vi.fn(() => 0);
  const prober = createProber({ timeoutMs: 20_000, slowMs: 20_000, clock: { now: clock } });
  const probes = Array.from({ length: 37 }, () => prober.probe({ ...row, url }));
  expect(clock).not.toHaveBeenCalled();
  await prober.begun();
  // Each looks at the clock when it begins.
  expect(clock).toHaveBeenCalledTimes(37);
  await expect.poll(() => held.length).toBe(37);
  for (const response of held) response.end();
  await Promise.all(probes);
  await new Promise((resolve) => server.close(resolve));
});

const row: Service = {
  name: 'service',
  container: 'c-service',
  port: 80,
  tier: 'Test',
  critical: false,
  depends_on: [],
  probe: '/healthz',
};
