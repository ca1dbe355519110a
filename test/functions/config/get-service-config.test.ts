import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getServiceConfigContract } from '../../../functions/config/contract.ts';
import { beginApplying, markApplied, markFailed } from '../../../functions/config/service-config-store.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { openContainerHost, type TestContainerHost } from './container-host.ts';

const service = 'litellm-proxy';
const path = `/api/v1/config/services/${service}`;
const request = { method: 'GET', path };
const container = {
  Id: 'c1',
  Name: '/omni-litellm',
  Config: { Env: ['PATH=/bin', 'LITELLM_MODEL=gpt-4o', 'API_KEY=s3cret-of-image', 'DB=postgres://u:s3cret-2@db/x'] },
  HostConfig: { Memory: 512 * 1024 ** 2, NanoCpus: 1.5e9 },
};

let host: TestContainerHost;
let api: TestApi;
beforeEach(async () => {
  host = await openContainerHost({ 'omni-litellm': container });
  api = await openApi({ settings: { DOCKER_HOST: host.address } });
});
afterEach(async () => {
  await api.close();
  await host.close();
});

const read = () => api.send('GET', path);
const patch = (body: unknown) => api.send('PATCH', path, { body });
const nowMs = () => api.home.clock.now();
const isoNow = () => new Date(nowMs()).toISOString();

describe('200', () => {
  it('shows what the container runs with, and that nobody has changed anything', async () => {
    const { status, headers, body } = await read();
    expect(status).toBe(200);
    expect(getServiceConfigContract.answers.ok.body.parse(body)).toEqual(body);
    expect(headers.get('etag')).toBe('"0"');
    expect(body).toEqual({
      service,
      revision: 0,
      configured: { environment: {}, resources: {} },
      pending: null,
      revisions: [],
      effective: {
        environment: { PATH: '/bin', LITELLM_MODEL: 'gpt-4o', API_KEY: '***', DB: 'postgres://u:***@db/x' },
        resources: { memory_limit: '512m', cpu_limit: '1.5' },
      },
      effective_error: null,
    });
  });

  it('shows what a PATCH answered, under the same ETag', async () => {
    const changed = await patch({ environment: { MAX_TOKENS: '8000' }, resources: { memory_limit: null } });
    const { body, headers } = await read();
    expect(body).toMatchObject(changed.body);
    expect(headers.get('etag')).toBe(changed.headers.get('etag'));
  });

  it('shows a change that was applied as configured, with the restart and its time', async () => {
    await patch({ environment: { MAX_TOKENS: '8000' } });
    await beginApplying(api.home.backend, service, operationId);
    api.home.clock.advance(5_000);
    await markApplied(api.home.backend, service, operationId, nowMs());
    const { body } = await read();
    expect([body.configured.environment, body.pending]).toEqual([{ MAX_TOKENS: '8000' }, null]);
    const settled = { status: 'applied', settled_at: isoNow(), operation_id: operationId, reason: null };
    expect(body.revisions).toMatchObject([settled]);
  });

  it('shows a change that failed with the reason, and not as pending', async () => {
    await patch({ environment: { MAX_TOKENS: 'many' } });
    await beginApplying(api.home.backend, service, operationId);
    await markFailed(api.home.backend, service, operationId, 'It was not healthy in time.', nowMs());
    const { body } = await read();
    expect([body.configured.environment, body.pending]).toEqual([{}, null]);
    const settled = { status: 'failed', settled_at: isoNow(), reason: 'It was not healthy in time.' };
    expect(body.revisions).toMatchObject([settled]);
  });

  it('never shows a secret, whether it was set here or brought by the image', async () => {
    await patch({ environment: { OTHER_TOKEN: 's3cret-3' } });
    const { text } = await read();
    expect(text).not.toContain('s3cret');
    expect(JSON.stringify(api.home.logLines)).not.toContain('s3cret');
  });

  it('tells why the container cannot be asked when its host is gone, and shows all the rest', async () => {
    await patch({ environment: { MAX_TOKENS: '8000' } });
    await host.close();
    const { status, body } = await read();
    expect([status, body.revision, body.effective]).toEqual([200, 1, null]);
    expect(body.effective_error).toContain(host.address);
  });

  it('tells that there is no such container on the host', async () => {
    const { status, body } = await api.send('GET', '/api/v1/config/services/postgres');
    expect([status, body.effective]).toEqual([200, null]);
    expect(body.effective_error).toBe(`There is no container omni-postgres on ${host.address}.`);
  });

  it('tells that the engine refused', async () => {
    host.answerAll(500);
    const { status, body } = await read();
    expect([status, body.effective]).toEqual([200, null]);
    expect(body.effective_error).toContain(host.address);
  });

  it("asks the host that the service's row names", async () => {
    const own = await openContainerHost({ 'omni-litellm': { ...container, Config: { Env: ['WHERE=elsewhere'] } } });
    const services = api.home.catalogue.services.map((row) =>
      row.name === service ? { ...row, docker_host: own.address } : row,
    );
    const other = await openApi({ catalogue: { services }, settings: { DOCKER_HOST: host.address } });
    expect((await other.send('GET', path)).body.effective.environment).toEqual({ WHERE: 'elsewhere' });
    await other.close();
    await own.close();
  });
});

const operationId = 'op_01jhnkp8r2c5d3v7w9x0y1z2a3';

describe('400 VALIDATION_ERROR', () => {
  it('is given for a query, of which there is none', async () => {
    expectRefusal(await api.send('GET', `${path}?revision=1`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it.each(['nothing', 'LITELLM-PROXY', '%00', 'a%2Fb', '__proto__', 'x'.repeat(3_000)])(
    'is given for what is no service of the catalogue: %s',
    async (name) => {
      expectRefusal(await api.send('GET', `/api/v1/config/services/${name}`), 404, 'NOT_FOUND');
    },
  );
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'services'));

  it('is given for a fault of our own in asking the container, which is not taken for one of the host', async () => {
    const engineOf = () => {
      throw new TypeError('engine is not a function');
    };
    const broken = await openApi({ containers: { engineOf } });
    expectRefusal(await broken.send('GET', path), 500, 'INTERNAL');
    await broken.close();
  });
});
