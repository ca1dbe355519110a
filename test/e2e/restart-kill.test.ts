import { setTimeout as elapse } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import {
  beginRestart,
  type Change,
  expectEnd,
  hold,
  type InterruptedRestart,
  prepareRestart,
  replaced,
} from './interrupted-restart.ts';
import { call, type Site } from './site.ts';

/** Quick stand-ins, as in the kill test of pipelines. */
const settings = { SIMULATED_DELAY_SCALE: '0.1' };

/** Some 18 s on an idle machine, most of it the waits of restarts; the rest is for one that is busy. */
const timeoutMs = 90_000;

/** Longer than a process lets restarts under way go on before it ends; in ms. */
const closeMs = 30_000;

/**
 * How long each restart goes on before the next one begins, or the process is killed, in ms: so a kill meets each at
 * another moment, the first ones close to their end and the last ones while they replace the container.
 */
const rounds = [
  [700, 150, 50, 20, 8, 0],
  [950, 90, 30, 15, 10, 4],
];

/** The calls of the engine that put another container in the place of one, in order, and then clear the old one away. */
const callsOfChange = [
  'POST /containers/create?name=CONTAINER.next',
  'POST /containers/CONTAINER/stop',
  'POST /containers/CONTAINER/update',
  'POST /containers/CONTAINER/rename',
  'POST /containers/CONTAINER.next',
  'POST /containers/CONTAINER/start',
  'POST /containers/CONTAINER.previous',
  'DELETE /containers/CONTAINER.previous',
];

/** Those that put the old one back in its place, and then clear the new one away. */
const callsOfRollBack = [
  'POST /containers/CONTAINER/stop',
  'POST /containers/CONTAINER/update {"RestartPolicy":{"Name":"no"',
  'POST /containers/CONTAINER/rename',
  'POST /containers/CONTAINER.previous',
  'POST /containers/CONTAINER/update {"RestartPolicy":{"Name":"unless-stopped"',
  'POST /containers/CONTAINER/start',
  'POST /containers/CONTAINER.failed',
  'DELETE /containers/CONTAINER.failed',
];

/** For each restart another one of the calls. */
const callsOf = (restarts: InterruptedRestart[], calls: string[]) =>
  restarts.map(({ container }, index) => (calls[index] ?? '').replace('CONTAINER', container));

interface Service {
  name: string;
  container: string;
}

/** Gives the services of the site, so many at a time and none twice. */
async function servicesOf(site: Site): Promise<(count: number) => Service[]> {
  const { body } = await call<{ services: Service[] }>(site, 'GET /api/v1/config');
  return (count) => body.services.splice(0, count);
}

const prepareAll = (site: Site, services: Service[], change?: Change) =>
  Promise.all(services.map((service) => prepareRestart(site, service, change)));

/** Begins each so long, in ms, before the next one, and the last before it returns. */
async function beginInTurn(site: Site, restarts: InterruptedRestart[], gapsMs: number[]): Promise<void> {
  for (const [index, restart] of restarts.entries()) {
    await beginRestart(site, restart);
    await elapse(gapsMs[index]);
  }
}

const beginAll = (site: Site, restarts: InterruptedRestart[]) =>
  Promise.all(restarts.map((restart) => beginRestart(site, restart)));

const expectEnds = (site: Site, restarts: InterruptedRestart[], outcome: 'restarted' | 'rolled_back') =>
  Promise.all(restarts.map((restart) => expectEnd(site, restart, outcome)));

describe.concurrent('killed with SIGKILL in the middle of a recreate', () => {
  it('at any moment, the restart is finished by the next start: one container is left, the new one, and serves', {
    timeout: timeoutMs,
  }, async ({ signal, onTestFinished }) => {
    let site: EmbeddedSite = await startEmbeddedSite({ settings });
    onTestFinished(() => site.close(), closeMs);
    const take = await servicesOf(site);
    for (const gapsMs of rounds) {
      const restarts = await prepareAll(site, take(gapsMs.length));
      await beginInTurn(site, restarts, gapsMs);
      site = await site.killed();
      if (signal.aborted) return site.close();
      await expectEnds(site, restarts, 'restarted');
    }
  });

  it('before any call of the engine, the restart is finished as well', {
    timeout: timeoutMs,
  }, async ({ signal, onTestFinished }) => {
    let site: EmbeddedSite = await startEmbeddedSite({ settings });
    onTestFinished(() => site.close(), closeMs);
    const take = await servicesOf(site);
    const restarts = await prepareAll(site, take(callsOfChange.length));
    const held = await hold(site, callsOf(restarts, callsOfChange));
    await beginAll(site, restarts);
    await held();
    site = await site.killed();
    if (signal.aborted) return site.close();
    await expectEnds(site, restarts, 'restarted');
  });

  it('of a change that breaks the service, it is rolled back: one container is left, the old one, and serves', {
    timeout: timeoutMs,
  }, async ({ signal, onTestFinished }) => {
    let site: EmbeddedSite = await startEmbeddedSite({ settings });
    onTestFinished(() => site.close(), closeMs);
    const take = await servicesOf(site);
    const breaking = { environment: { SIMULATED_HEALTH: 'broken' }, timeoutSeconds: 5 };
    const restarts = await prepareAll(site, take(callsOfRollBack.length), breaking);
    const checked = await prepareAll(site, take(2), breaking);
    const applied = await prepareAll(site, take(2), breaking);
    await beginAll(site, restarts);
    await Promise.all(restarts.map((restart) => replaced(site, restart)));
    const held = await hold(site, callsOf(restarts, callsOfRollBack));
    await beginInTurn(site, checked, [2000, 0]);
    await held();
    await beginInTurn(site, applied, [20, 0]);
    site = await site.killed();
    if (signal.aborted) return site.close();
    await expectEnds(site, [...restarts, ...checked, ...applied], 'rolled_back');
  });
});
