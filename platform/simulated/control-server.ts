import type { Server } from 'node:http';
import { engineName } from './engine/engine-server.ts';
import { faultRequest } from './faults.ts';
import { createJsonServer, jsonOf, type Received } from './json-server.ts';
import { createRouter } from './router.ts';
import type { Platform } from './service-server.ts';
import { found, isoTime, Refusal, type Reply } from './stand-in.ts';
import { changeSource } from './stand-ins/ingestion.ts';

/**
 * The server through which faults are asked for and what happened is read: `/faults`, `/sources`, `/requests`, `/starts`.
 * `applyFaults` is awaited before a change of faults is answered.
 */
export function createControlServer(platform: Platform, applyFaults: () => Promise<void>): Server {
  const find = createRouter(routesOf(platform, applyFaults));
  return createJsonServer((received) => {
    const { target, params } = found(find(received.method, received.path), 'route');
    return target(received, params);
  });
}

type ControlRoute = (received: Received, params: Record<string, string | undefined>) => Promise<Reply> | Reply;

function routesOf(
  { faults, journal, world, clock }: Platform,
  applyFaults: () => Promise<void>,
): Record<string, ControlRoute> {
  return {
    'GET /faults': () => ({ body: { faults: faults.list() } }),
    'POST /faults': async (received) => {
      const fault = faults.add(faultOf(received, [...world.services, engineName]));
      await applyFaults();
      return { status: 201, body: fault };
    },
    'DELETE /faults': async () => {
      const removed = faults.remove();
      await applyFaults();
      return { body: { removed } };
    },
    'DELETE /faults/:id': async (_received, { id }) => {
      found(faults.remove(Number(id)) || undefined, 'fault');
      await applyFaults();
      return { body: { removed: 1 } };
    },
    'POST /sources/:id/stale': (_received, { id = '' }) => {
      changeSource(world, id, clock.now());
      return { body: { id, state: 'stale' } };
    },
    'GET /requests': ({ query }) => {
      const entries = journal.list(query.get('service') ?? '', query.get('match') ?? '');
      return { body: { requests: entries.map((entry) => ({ ...entry, at: isoTime(entry.at) })) } };
    },
    'GET /starts': ({ query }) => {
      const service = query.get('service') ?? '';
      const rows = world.work.accepted(query.get('match') ?? '').filter((row) => !service || row.service === service);
      const counts: Record<string, number> = {};
      for (const row of rows) counts[row.service] = (counts[row.service] ?? 0) + 1;
      const starts = rows.map((row) => ({
        service: row.service,
        kind: row.kind,
        number: row.number,
        subject: row.subject,
        accepted_at: isoTime(row.accepted_at),
        idempotency_key: row.idempotency_key,
        request: row.request,
      }));
      return { body: { counts, starts } };
    },
  };
}

function faultOf(received: Received, services: readonly string[]) {
  const parsed = faultRequest.safeParse(jsonOf(received));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    throw new Refusal(400, 'BAD_REQUEST', problems.join('; '));
  }
  if (!services.includes(parsed.data.service)) {
    throw new Refusal(
      400,
      'BAD_REQUEST',
      `service: ${parsed.data.service} is neither in the catalogue nor ${engineName}`,
    );
  }
  return parsed.data;
}
