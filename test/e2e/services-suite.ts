import { describe, expect, it, vi } from 'vitest';
import { askEngine, configure, detailOf, type Operation, probedMs, restart } from './service-calls.ts';
import { type Answer, call, eventsOf, type Site } from './site.ts';

interface ErrorBody {
  error: { code: string; message: string; details?: Record<string, unknown> };
}

/**
 * Services watched, restarted and configured; runs unchanged against both homes. First all are seen healthy, before tests
 * that run at once, each with a service of its own, disturb them.
 */
export function describeServices(site: () => Site): void {
  const send = <T>(request: string): Promise<Answer<T>> => call<T>(site(), request);

  function statusOnce(name: string, wanted: string[]) {
    return vi.waitFor(
      async () => {
        const { status } = await detailOf(site(), name);
        expect(wanted).toContain(status);
        return status;
      },
      { timeout: probedMs, interval: 500 },
    );
  }

  const healthEvents = async (name: string) => {
    const events = await eventsOf<{ from: string; to: string }>(site(), `type=service.health_changed&service=${name}`);
    return events.map(({ data }) => `${data.from} to ${data.to}`).reverse();
  };

  describe('all services', () => {
    it('are healthy soon after the start, and so is the platform', { timeout: probedMs }, async () => {
      const healthy = { total: 37, healthy: 37, degraded: 0, unhealthy: 0, unknown: 0 };
      const once = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: probedMs, interval: 500 });
      await once(async () => {
        const { body } = await send<{ services: object[]; summary: object }>('GET /api/v1/services');
        expect(body.summary).toEqual(healthy);
        expect(body.services).toHaveLength(37);
      });
      await once(async () => {
        const { body } = await send('GET /health');
        expect(body).toMatchObject({ status: 'healthy', services_healthy: 37, services_total: 37 });
      });
      expect((await send('GET /ready')).body).toMatchObject({ status: 'ready' });
      const dashboard = await send<{ tiers: object[] }>('GET /api/v1/health/dashboard');
      expect(dashboard.body).toMatchObject({ status: 'operational', summary: healthy, incidents: [] });
      expect(dashboard.body.tiers.length).toBeGreaterThan(5);
    });
  });

  describe.concurrent('services', () => {
    it('that nobody knows are 404', async () => {
      for (const request of [
        'GET /api/v1/services/nobody',
        'GET /api/v1/services/nobody/dependencies',
        'POST /api/v1/services/nobody/restart',
        'GET /api/v1/operations/op_00000000000000000000000000',
      ])
        expect((await send(request)).status, request).toBe(404);
    });

    it('that are stopped become unhealthy with one event, and healthy again with another', {
      timeout: 2 * probedMs,
    }, async () => {
      await statusOnce('financial-crm', ['healthy']);
      await askEngine(site(), 'POST /containers/omni-crm/stop');
      await statusOnce('financial-crm', ['unhealthy']);
      await askEngine(site(), 'POST /containers/omni-crm/start');
      await statusOnce('financial-crm', ['healthy']);
      await vi.waitFor(
        async () => {
          const changes = await healthEvents('financial-crm');
          // Slow answers, as of a busy machine, may make it degraded before and on the way.
          const ends = changes.map((change) => change.replace(/^.* to /, '')).filter((end) => end !== 'degraded');
          expect(ends.slice(ends.indexOf('unhealthy'))).toEqual(['unhealthy', 'healthy']);
        },
        { timeout: 20_000, interval: 300 },
      );
    });

    it('restarted answer when they are healthy again, and the operation can be read', { timeout: 60_000 }, async () => {
      const { status, body } = await restart(site(), 'redis');
      expect([status, body.outcome, body.action]).toEqual([200, 'restarted', 'restart']);
      expect((await send(`GET /api/v1/operations/${body.operation_id}`)).body).toEqual(body);
    });

    it('are not restarted by a dry run, which tells what depends on them', async () => {
      const before = await detailOf(site(), 'postgres');
      const { status, body } = await restart<{ dependents: { name: string }[] }>(site(), 'postgres', { dry_run: true });
      expect(status).toBe(200);
      expect(body.dependents.map(({ name }) => name)).toContain('source-control');
      expect(before.runtime).toMatchObject({ state: 'running', started_at: expect.stringMatching(/Z$/) });
      const { id, started_at } = before.runtime ?? {};
      expect((await detailOf(site(), 'postgres')).runtime).toMatchObject({ id, started_at });
    });

    it('get a changed environment and memory with their restart, secrets masked', { timeout: 60_000 }, async () => {
      const name = 'ai-gateway';
      const change = {
        environment: { GATEWAY_MODE: 'strict', API_KEY: 'very-secret' },
        resources: { memory_limit: '256m' },
      };
      expect((await configure(site(), name, change)).status).toBe(200);
      const { status, body } = await restart(site(), name);
      expect([status, body.outcome, body.action]).toEqual([200, 'restarted', 'recreate']);
      const { configuration, runtime } = await detailOf(site(), name);
      expect(configuration).toMatchObject({
        pending: null,
        effective: { environment: { GATEWAY_MODE: 'strict', API_KEY: '***' } },
      });
      expect(runtime?.memory_limit_bytes).toBe(256 * 1024 ** 2);
    });

    it('that a change makes fail are as before again, and the change has failed', { timeout: 90_000 }, async () => {
      const name = 'financial-analytics';
      const before = (await detailOf(site(), name)).runtime?.id;
      await configure(site(), name, { environment: { SIMULATED_HEALTH: 'broken' } });
      const { status, body } = await restart(site(), name, { timeout_seconds: 5 });
      expect([status, body.outcome]).toEqual([200, 'rolled_back']);
      const { runtime, configuration } = await detailOf(site(), name);
      expect(runtime).toMatchObject({ id: before, state: 'running' });
      expect(configuration).toMatchObject({ pending: null, revisions: [{ status: 'failed' }] });
    });

    it('are restarted once at a time: the second is told of the first', { timeout: 60_000 }, async () => {
      const answers = await Promise.all([
        restart<ErrorBody>(site(), 'log-nexus'),
        restart<ErrorBody>(site(), 'log-nexus'),
      ]);
      const refused = answers.filter(({ status }) => status === 409);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      expect(refused[0]?.body.error.details?.['operation_id']).toMatch(/^op_/);
    });

    it('that do not become healthy in time are 504, with the operation', { timeout: 90_000 }, async () => {
      const response = await fetch(`${site().controlUrl}/faults`, {
        method: 'POST',
        body: JSON.stringify({ service: 'omi-bridge', fault: 'not_ready' }),
      });
      const { id } = (await response.json()) as { id: number };
      const { status, body } = await restart<ErrorBody>(site(), 'omi-bridge', { timeout_seconds: 5 });
      expect([status, body.error.code]).toEqual([504, 'TIMEOUT']);
      const operation = await send<Operation>(`GET /api/v1/operations/${body.error.details?.['operation_id']}`);
      expect(operation.body).toMatchObject({ status: 'failed', outcome: 'not_healthy' });
      await fetch(`${site().controlUrl}/faults/${id}`, { method: 'DELETE' });
    });

    it('whose host cannot be reached, or that have no container, are 503', { timeout: 60_000 }, async () => {
      const fault = { service: 'container-engine', fault: 'unreachable', match: '/containers/omni-invoicing/' };
      await fetch(`${site().controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
      const unreachable = await restart<ErrorBody>(site(), 'financial-invoicing');
      expect([unreachable.status, unreachable.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect((await detailOf(site(), 'financial-invoicing')).runtime_error).toContain('cannot be reached');

      await askEngine(site(), 'POST /containers/omni-token-infinity/rename?name=omni-elsewhere');
      const missing = await restart<ErrorBody>(site(), 'token-infinity');
      expect([missing.status, missing.body.error.message]).toEqual([
        503,
        expect.stringContaining('There is no container omni-token-infinity'),
      ]);
      await askEngine(site(), 'POST /containers/omni-elsewhere/rename?name=omni-token-infinity');
    });

    it('show what they depend on and what depends on them', async () => {
      const { body } = await send<Record<string, { direct: { name: string }[]; transitive: { name: string }[] }>>(
        'GET /api/v1/services/ai-coder-alpha/dependencies',
      );
      expect(body['depends_on']?.direct.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['litellm-proxy', 'source-control']),
      );
      expect(body['depends_on']?.transitive.map(({ name }) => name)).toContain('postgres');
    });
  });
}
