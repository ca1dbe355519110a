import { expect, vi } from 'vitest';
import type { OperationView } from '../../functions/services/contract.ts';
import { askEngine, configure, detailOf, type Operation, restart } from './service-calls.ts';
import { call, cause, eventsOf, type Site } from './site.ts';

/** A restart that is to be under way when the process is killed. */
export interface InterruptedRestart {
  service: string;
  container: string;
  timeoutSeconds: number;
  /** The id of the container before. */
  idBefore: string;
}

/** What a change sets beside the variable that every change sets, and how long the service may take with it. */
export interface Change {
  environment?: Record<string, string>;
  timeoutSeconds?: number;
}

/** A variable of every change, to know a container that has it by. */
const variable = 'MODE=new';

/** Makes the service's next restart replace its container. */
export async function prepareRestart(
  site: Site,
  { name: service, container }: { name: string; container: string },
  { environment = {}, timeoutSeconds = 20 }: Change = {},
): Promise<InterruptedRestart> {
  const containers = await containersOf(site, container);
  const { status } = await configure(site, service, { environment: { MODE: 'new', ...environment } });
  expect([containers.length, status]).toEqual([1, 200]);
  return { service, container, timeoutSeconds, idBefore: containers[0]?.id ?? '' };
}

/** Asks for the restart, waits until it has begun, and not for its answer. */
export async function beginRestart(site: Site, { service, timeoutSeconds }: InterruptedRestart): Promise<void> {
  /** The process may be killed before it answers. */
  restart(site, service, { timeout_seconds: timeoutSeconds }).catch(() => undefined);
  await vi.waitFor(async () => expect((await newestRevision(site, service)).operation_id).not.toBeNull(), {
    timeout: 10_000,
    interval: 1,
  });
}

/** Waits until the new container runs in the place of the old one. */
export async function replaced(site: Site, { container: name }: InterruptedRestart): Promise<void> {
  const environment = expect.arrayContaining([variable]);
  await vi.waitFor(
    async () =>
      expect(await containersOf(site, name)).toContainEqual(
        expect.objectContaining({ name, isRunning: true, environment }),
      ),
    { timeout: 10_000, interval: 20 },
  );
}

/** From now on the next call of the engine of each of these kinds is not done and not answered. Gives the wait for all. */
export async function hold(site: Site, calls: string[]): Promise<() => Promise<void>> {
  for (const match of calls) await cause(site, { service: 'container-engine', fault: 'hang', match, times: 1 });
  return () =>
    vi.waitFor(
      async () => {
        const response = await fetch(`${site.controlUrl}/faults`);
        const { faults } = (await response.json()) as { faults: { match: string; remaining: number }[] };
        expect(faults.filter(({ remaining }) => remaining > 0).map(({ match }) => match)).toEqual([]);
      },
      { timeout: 20_000, interval: 20 },
    );
}

/** What must hold of a restart in the end, whenever its process was killed; then the next one is let in. */
export async function expectEnd(
  site: Site,
  { service, container, idBefore }: InterruptedRestart,
  outcome: 'restarted' | 'rolled_back',
): Promise<void> {
  const { operation_id } = await newestRevision(site, service);
  const operation = await vi.waitFor(
    async () => {
      const { body } = await call<OperationView>(site, `GET /api/v1/operations/${operation_id}`);
      expect(body.status).not.toBe('running');
      return body;
    },
    { timeout: 30_000, interval: 100 },
  );
  const isNew = outcome === 'restarted';
  const log = JSON.stringify(operation.log);
  expect([operation.status, operation.outcome], log).toEqual([isNew ? 'succeeded' : 'failed', outcome]);

  const left = await containersOf(site, container);
  expect(left).toMatchObject([{ name: container, isRunning: true }]);
  expect([left[0]?.id !== idBefore, left[0]?.environment.includes(variable)], service).toEqual([isNew, isNew]);
  const { configuration } = await detailOf(site, service);
  expect(configuration).toMatchObject({
    pending: null,
    revisions: [{ status: isNew ? 'applied' : 'failed', operation_id }],
  });

  const next = await nextRestart(site, service);
  await vi.waitFor(
    async () => {
      const events = await eventsOf<{ operation_id: string }>(site, `type=service.restarted&service=${service}`);
      expect(events.map(({ data }) => data.operation_id)).toEqual([next.operation_id, operation_id]);
    },
    { timeout: 10_000, interval: 100 },
  );
}

/** The end of an operation is visible a little before the next one is let in. */
function nextRestart(site: Site, service: string): Promise<Operation> {
  return vi.waitFor(
    async () => {
      const { status, body } = await restart(site, service);
      expect([status, body.outcome, body.action], JSON.stringify(body)).toEqual([200, 'restarted', 'restart']);
      return body;
    },
    { timeout: 10_000, interval: 100 },
  );
}

async function newestRevision(site: Site, service: string): Promise<{ operation_id: string | null }> {
  const path = `/api/v1/config/services/${service}`;
  const { body } = await call<{ revisions: { operation_id: string | null }[] }>(site, `GET ${path}`);
  return body.revisions[0] ?? { operation_id: null };
}

/** The service's container, and any that was left beside it. */
async function containersOf(site: Site, container: string) {
  const listed = await askEngine<{ Id: string; Names: string[] }[]>(site, 'GET /containers/json?all=1');
  const own = listed.filter(({ Names: [name = ''] }) => name === `/${container}` || name.startsWith(`/${container}.`));
  return Promise.all(own.map(({ Id }) => inspect(site, Id)));
}

async function inspect(site: Site, id: string) {
  const request = `GET /containers/${id}/json`;
  const { Name, State, Config } = await askEngine<{
    Name: string;
    State: { Running: boolean };
    Config: { Env: string[] };
  }>(site, request);
  return { id, name: Name.slice(1), isRunning: State.Running, environment: Config.Env };
}
