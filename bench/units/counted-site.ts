import { setTimeout as elapse } from 'node:timers/promises';
import { type Clock, systemClock } from '../../backend/backend.ts';
import { openStore } from '../../backend/embedded/store.ts';
import { openTable } from '../../backend/embedded/table.ts';
import { type Access, type TableName, tables, withServices } from '../../backend/resources.ts';
import { restrict } from '../../backend/restricted.ts';
import { contracts } from '../../functions/contracts.ts';
import { accessOf } from '../../functions/core/contract.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import type { HttpRequest, HttpResponse } from '../../functions/core/http.ts';
import { newId } from '../../functions/core/ids.ts';
import { invoke } from '../../functions/core/invoke.ts';
import { createLog } from '../../functions/core/log.ts';
import { restrictReach } from '../../functions/core/reach.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import type { Task } from '../../functions/core/task.ts';
import { loadEndpoint } from '../../functions/load-handlers.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { createContainerHosts } from '../../platform/containers/container-hosts.ts';
import { createProber } from '../../platform/probing/prober.ts';
import { seedPipelines } from '../pipelines/seed-pipelines.ts';
import { countedBackend } from './counted-backend.ts';
import { type Heat, openHeat } from './heat.ts';
import { noUsage, type Usage } from './usage.ts';

/** Every function of the project on ports that count what they are used for. */
export interface CountedSite {
  /** One request, and what it used. */
  request(operationId: string, request: Partial<HttpRequest>): Promise<{ answer: HttpResponse; usage: Usage }>;
  /** One request that waits for what it starts, which is run meanwhile, and what both used. */
  requestAndRun(operationId: string, request: Partial<HttpRequest>): Promise<{ answer: HttpResponse; usage: Usage }>;
  /** Runs what the requests started to its end, records its events, and gives what both used. */
  runStarted(): Promise<Usage>;
  /** Calls a scheduled task once, and gives what it used. */
  runTask<Input>(task: Task<Input, unknown>, input: Input): Promise<Usage>;
  /** What was used of each partition since this was asked last. */
  takeHeat(): Heat[];
  close(): void;
}

/** Opens a site in a folder of its own, with pipelines to list. Its services are the catalogue's. */
export async function openCountedSite(
  folder: string,
  catalogue: Catalogue,
  clock: Clock = systemClock,
): Promise<CountedSite> {
  const store = openStore(folder);
  const stored = Object.fromEntries(
    Object.entries(tables).map(([name, { indexes }]) => [name, openTable(store, name, indexes, clock)]),
  ) as Record<TableName, ReturnType<typeof openTable>>;
  await seedPipelines(stored.pipelines);

  const usage = noUsage();
  const heat = openHeat();
  const common = {
    settings: readFunctionSettings({ MONITOR_SECONDS: '0' }),
    log: createLog('WARN'),
    meter: { record: () => undefined },
    catalogue,
    startedMs: clock.now(),
  };
  const { probeTimeoutMs: timeoutMs, probeSlowMs: slowMs, dockerHost } = common.settings;
  const prober = createProber({ timeoutMs, slowMs, clock });
  const containers = createContainerHosts({ catalogue, dockerHost, secrets: { get: async () => undefined } });
  const homeOf = (access: Access): Home => ({
    ...common,
    ...restrictReach({ prober, containers, receivers: acceptingReceivers }, access),
    backend: restrict(ports, withServices(access, catalogue.services)),
  });
  const { ports, runStarted } = await countedBackend({ folder, stored, usage, homeOf, clock, heat });
  const endpoints = await Promise.all(contracts.map(loadEndpoint));

  async function used<T>(work: () => Promise<T>): Promise<{ answer: T; usage: Usage }> {
    Object.assign(usage, noUsage());
    return { answer: await work(), usage: { ...usage } };
  }

  function answerTo(operationId: string, request: Partial<HttpRequest>): Promise<HttpResponse> {
    const endpoint = endpoints.find(({ contract }) => contract.operationId === operationId);
    if (!endpoint) throw new Error(`There is no endpoint ${operationId}.`);
    const { method, path } = endpoint.contract;
    const whole = { method, path, parameters: {}, query: {}, headers: {}, body: new Uint8Array(), ...request };
    const call = { request: whole, requestId: newId('req', clock.now()), principal: '0123456789abcdef01234567' };
    usage.invocations += 1;
    return invoke(endpoint, call, homeOf(accessOf(endpoint.contract)));
  }

  return {
    request: (operationId, request) => used(() => answerTo(operationId, request)),
    requestAndRun: (operationId, request) =>
      used(async () => {
        const answer = answerTo(operationId, request);
        for (let isAnswered = false; !isAnswered; ) {
          await runStarted();
          isAnswered = await Promise.race([answer.then(() => true), elapse(20, false)]);
        }
        await runStarted();
        return answer;
      }),
    runStarted: async () => (await used(runStarted)).usage,
    runTask: async (task, input) => {
      const run = () => {
        usage.invocations += 1;
        return task.run(input, homeOf(task.contract.access));
      };
      return (await used(run)).usage;
    },
    takeHeat: heat.take,
    close: () => store.close(),
  };
}

/** Receivers of webhooks, which are no part of what is counted. */
const acceptingReceivers: Home['receivers'] = {
  refusalOf: async () => undefined,
  post: async () => ({ durationMs: 1, status: 200, retryAfter: null, body: 'ok', isTruncated: false }),
};
