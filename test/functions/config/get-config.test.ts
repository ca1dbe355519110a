import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getConfigContract } from '../../../functions/config/contract.ts';
import { beginApplying, markApplied } from '../../../functions/config/service-config-store.ts';
import { version } from '../../../functions/core/version.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { token } from '../open-home.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi({
    settings: {
      RATE_LIMITS: 'write=7',
      STAGE_DEADLINES: 'test=1234',
      PROBE_INTERVAL_SECONDS: '5',
      DOCKER_HOST: 'tcp://engine.test:2375',
    },
  });
});
afterEach(() => api.close());

const request = { method: 'GET', path: '/api/v1/config' };
const read = () => api.send('GET', request.path);
const rowOf = async (name: string) => (await read()).body.services.find((row: { name: string }) => row.name === name);

describe('200', () => {
  it("shows the deployment's settings, defaults included", async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(getConfigContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      version,
      rate_limits: { write: { limit: 7, window_seconds: 60 }, read: { limit: 100, window_seconds: 60 } },
      pipelines: { stage_deadline_seconds: { test: 1234, ingest: 3600 }, monitor_seconds: 60 },
      health: { probe_interval_seconds: 5, probe_timeout_ms: 4000, probe_slow_ms: 2000, public_probes: false },
      restart_timeout_seconds: 120,
      upstream_timeout_ms: 10_000,
      docker_host: 'tcp://engine.test:2375',
      log_level: 'INFO',
    });
  });

  it('never shows the token', async () => {
    const { text, body } = await read();
    expect(body.token).toBe('***');
    expect(text).not.toContain(token);
  });

  it("shows every service, in the catalogue's order, with what the deployment makes of its row", async () => {
    const { services } = (await read()).body;
    expect(services.map(({ name }: { name: string }) => name)).toEqual(
      api.home.catalogue.services.map(({ name }) => name),
    );
    expect(await rowOf('litellm-proxy')).toEqual({
      name: 'litellm-proxy',
      container: 'omni-litellm',
      port: 4000,
      tier: 'AI',
      critical: true,
      depends_on: ['security-nexus', 'postgres', 'ollama'],
      url: 'http://omni-litellm:4000',
      probe: '/health',
      readiness: '/ready',
      metrics: '/metrics/',
      docker_host: 'tcp://engine.test:2375',
      revision: 0,
      has_pending_changes: false,
    });
  });

  it('shows what a row says itself instead of what follows from it', async () => {
    const own = { url: 'https://cache.test', docker_host: 'https://other.test:2376', readiness: '/ok' };
    const services = api.home.catalogue.services.map((row) => (row.name === 'postgres' ? { ...row, ...own } : row));
    const other = await openApi({ catalogue: { services } });
    const rows = (await other.send('GET', request.path)).body.services;
    await other.close();
    expect(rows.find(({ name }: { name: string }) => name === 'postgres')).toMatchObject(own);
  });

  it('tells the revision of each service, and whether changes are pending', async () => {
    expect(await rowOf('postgres')).toMatchObject({ revision: 0, has_pending_changes: false });
    const body = { environment: { POSTGRES_PASSWORD: 's3cret' } };
    await api.send('PATCH', '/api/v1/config/services/postgres', { body });
    expect(await rowOf('postgres')).toMatchObject({ revision: 1, has_pending_changes: true });
    await beginApplying(api.home.backend, 'postgres', 'op_1');
    expect(await rowOf('postgres')).toMatchObject({ revision: 1, has_pending_changes: true });
    await markApplied(api.home.backend, 'postgres', 'op_1', api.home.clock.now());
    expect(await rowOf('postgres')).toMatchObject({ revision: 1, has_pending_changes: false });
    expect((await read()).text).not.toContain('s3cret');
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for a query, of which there is none', async () => {
    expectRefusal(await api.send('GET', `${request.path}?all=true`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'services'));
});
