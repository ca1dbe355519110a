import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateServiceConfigContract } from '../../../functions/config/contract.ts';
import { loadServiceConfig } from '../../../functions/config/service-config-store.ts';
import { openApi, type TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

const service = 'litellm-proxy';
const path = `/api/v1/config/services/${service}`;
const body = {
  environment: { LITELLM_MODEL: 'gpt-4o', MAX_TOKENS: '8000' },
  resources: { memory_limit: '4g', cpu_limit: '2.0' },
};
const request = { method: 'PATCH', path, body };
const patch = (changes: unknown, headers: Record<string, string> = {}) =>
  api.send('PATCH', path, { body: changes, headers });
const eventsPublished = () => api.home.published.map(({ type, service: about, data }) => ({ type, about, data }));

describe('200', () => {
  it('shows the change as pending, with its revision in body and ETag', async () => {
    const { status, headers, body: config } = await api.send('PATCH', path, { body });
    expect(status).toBe(200);
    expect(updateServiceConfigContract.answers.ok.body.parse(config)).toEqual(config);
    expect(headers.get('etag')).toBe('"1"');
    const now = new Date(api.home.clock.now()).toISOString();
    const unsettled = { status: 'pending', settled_at: null, operation_id: null, reason: null };
    expect(config).toEqual({
      service,
      revision: 1,
      configured: { environment: {}, resources: {} },
      pending: body,
      revisions: [{ ...body, ...unsettled, revision: 1, changed_at: now }],
    });
  });

  it('leaves what a later change does not name as it is', async () => {
    await patch(body);
    const { body: config } = await patch({ environment: { MAX_TOKENS: null }, resources: { cpu_limit: null } });
    expect(config).toMatchObject({ revision: 2 });
    expect(config.pending).toEqual({
      environment: { LITELLM_MODEL: 'gpt-4o', MAX_TOKENS: null },
      resources: { memory_limit: '4g', cpu_limit: null },
    });
    expect(config.revisions.map(({ revision }: { revision: number }) => revision)).toEqual([2, 1]);
  });

  it('never shows a secret, and keeps it for the container', async () => {
    const environment = { API_KEY: 's3cret', DATABASE_URL: 'postgres://app:s3cret@db/x', MAX_TOKENS: '8000' };
    const answer = await patch({ environment });
    const shown = { API_KEY: '***', DATABASE_URL: 'postgres://app:***@db/x', MAX_TOKENS: '8000' };
    expect(answer.body.pending.environment).toEqual(shown);
    expect(answer.body.revisions[0].environment).toEqual(shown);
    const everythingElse = JSON.stringify([answer.body, api.home.published, api.home.logLines]);
    expect(everythingElse).not.toContain('s3cret');
    expect((await loadServiceConfig(api.home.backend, service)).waiting?.environment).toEqual(environment);
  });

  it('announces names and no values, once', async () => {
    await patch(body);
    const data = {
      service,
      revision: 1,
      environment: ['LITELLM_MODEL', 'MAX_TOKENS'],
      resources: ['memory_limit', 'cpu_limit'],
    };
    expect(eventsPublished()).toEqual([{ type: 'service.config.changed', about: service, data }]);
  });

  it('changes and announces nothing when all of it is configured already, so a repeat is harmless', async () => {
    const first = await patch(body);
    api.home.clock.advance(1_000);
    const again = await patch({ environment: { MAX_TOKENS: '8000' } });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(api.home.published).toHaveLength(1);
  });

  it.each(['"1"', '1', 'W/"1"', '*', '"7", "1"'])(
    'is given under If-Match: %s while the revision is 1',
    async (tag) => {
      await patch(body);
      const { status, body: config } = await patch({ environment: { A: '1' } }, { 'if-match': tag });
      expect([status, config.revision]).toEqual([200, 2]);
    },
  );

  it('is given under If-Match: "0" to the first change of a service', async () => {
    expect((await patch(body, { 'if-match': '"0"' })).status).toBe(200);
  });

  it('is given to all who change different things at the same time, and nothing is lost', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `NAME_${index}`);
    const answers = await Promise.all(names.map((name) => patch({ environment: { [name]: 'x' } })));
    expect(answers.map(({ body: config }) => config.revision).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { pending } = (await patch({ environment: { NAME_0: 'x' } })).body;
    expect(Object.keys(pending.environment).sort()).toEqual(names);
  });

  it('is given to one of those who change the same revision at the same time', async () => {
    const tag = { 'if-match': '"0"' };
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((value) => patch({ environment: { A: value } }, tag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it.each(['6m', '512M', '6291456', '6291456b', '6144k', '1048576g'])('takes the size %s', async (size) => {
    expect((await patch({ resources: { memory_limit: size } })).status).toBe(200);
  });

  it.each(['0.01', '2', '2.0', '0.125', '128'])('takes %s processors', async (processors) => {
    expect((await patch({ resources: { cpu_limit: processors } })).status).toBe(200);
  });

  it('takes an empty value, and names in any case', async () => {
    expect((await patch({ environment: { empty: '', _x9: 'a\nb' } })).status).toBe(200);
  });
});

describe('400 VALIDATION_ERROR', () => {
  const size = 'must be a size such as 512m or 4g';
  const processors = 'must be a number of processors below 1000 such as 0.5 or 2.0';
  const name = 'must be the name of an environment variable';
  const masked = 'holds the mask *** in the place of a secret';
  const environment = (each: string) => `body.environment.${each}`;

  it.each([
    [{ resources: { memory_limit: '4 g' } }, 'body.resources.memory_limit', size],
    [{ resources: { memory_limit: '0' } }, 'body.resources.memory_limit', size],
    [{ resources: { memory_limit: '1.5g' } }, 'body.resources.memory_limit', size],
    [{ resources: { memory_limit: '4gb' } }, 'body.resources.memory_limit', size],
    [{ resources: { memory_limit: '-1' } }, 'body.resources.memory_limit', size],
    [{ resources: { memory_limit: '5m' } }, 'body.resources.memory_limit', 'must be at least 6m'],
    [{ resources: { memory_limit: '1048577g' } }, 'body.resources.memory_limit', 'must be at most 1048576g'],
    [{ resources: { cpu_limit: 'two' } }, 'body.resources.cpu_limit', processors],
    [{ resources: { cpu_limit: '1e3' } }, 'body.resources.cpu_limit', processors],
    [{ resources: { cpu_limit: '0' } }, 'body.resources.cpu_limit', 'must be at least 0.01'],
    [{ resources: { cpu_limit: '0.009' } }, 'body.resources.cpu_limit', 'must be at least 0.01'],
    [{ resources: { cpu_limit: '1', disk: '1g' } }, 'body.resources.disk', 'is not a known field'],
    [{ environment: { A: '1' }, image: 'x' }, 'body.image', 'is not a known field'],
    [{ environment: { 'A B': 'x' } }, environment('A B'), name],
    [{ environment: { '1A': 'x' } }, environment('1A'), name],
    [{ environment: { 'A=B': 'x' } }, environment('A=B'), name],
    [{ environment: { '': 'x' } }, environment(''), name],
    [{ environment: { ['A'.repeat(256)]: 'x' } }, environment('A'.repeat(256)), name],
    [{ environment: { A: 'a\0b' } }, environment('A'), 'must not contain a null character'],
    [{ environment: { A: 'x'.repeat(32_769) } }, environment('A'), 'must not be longer than 32,768 characters'],
    [{ environment: { API_KEY: '***' } }, environment('API_KEY'), masked],
    [{ environment: { DB: 'postgres://app:***@db/x' } }, environment('DB'), masked],
    [{}, 'body', 'must change something'],
    [{ environment: {}, resources: {} }, 'body', 'must change something'],
    [undefined, 'body', 'is required'],
  ])('names the field and what is wrong with it (%#)', async (changes, field, message) => {
    const answer = await patch(changes);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details).toEqual([{ path: field, message }]);
  });

  it.each([
    [{ environment: { A: 5 } }, environment('A')],
    [{ environment: { A: true } }, environment('A')],
    [{ environment: ['A=1'] }, 'body.environment'],
    [{ resources: { cpu_limit: 2 } }, 'body.resources.cpu_limit'],
    [null, 'body'],
    [[], 'body'],
  ])('is given for a wrong type (%#)', async (changes, field) => {
    const answer = await patch(changes);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
  });

  it('is given for a change beyond what can be stored of a service, and what is stored stays', async () => {
    const large = { A: 'x'.repeat(32_768), B: 'x'.repeat(32_768), C: 'x'.repeat(32_768) };
    expect((await patch({ environment: large })).status).toBe(200);
    const answer = await patch({ environment: { D: 'x'.repeat(32_768) } });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.message).toContain('128 KiB');
    expect((await loadServiceConfig(api.home.backend, service)).revision).toBe(1);
  });

  it('is given for an If-Match that no revision can have', async () => {
    const answer = await patch(body, { 'if-match': 'x'.repeat(101) });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('header.if-match');
  });

  it.each([
    ['"A":"\\ud800"', 'body.environment.A', 'must be well-formed Unicode text'],
    ['"__proto__":"x"', 'body.environment.__proto__', 'is not a name that a field may have'],
  ])(
    'is given for what could not be answered as it was sent, and nothing is stored: %s',
    async (field, at, message) => {
      const { status, body: refusal } = await api.send('PATCH', path, { body: `{"environment":{"B":"1",${field}}}` });
      expect(status).toBe(400);
      expect(refusal.error.details).toEqual([{ path: at, message }]);
      expect(await loadServiceConfig(api.home.backend, service)).toMatchObject({ revision: 0 });
    },
  );

  it('never repeats a value', async () => {
    const answer = await patch({ environment: { API_KEY: 's3cret\0', 'A B': 's3cret' } });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.text).not.toContain('s3cret');
    expect(JSON.stringify(api.home.logLines)).not.toContain('s3cret');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it.each(['nothing', 'LITELLM-PROXY', '%00', 'a%2Fb', '__proto__', 'x'.repeat(3_000)])(
    'is given for what is no service of the catalogue: %s',
    async (name) => {
      expectRefusal(await api.send('PATCH', `/api/v1/config/services/${name}`, { body }), 404, 'NOT_FOUND');
    },
  );
});

describe('412 PRECONDITION_FAILED', () => {
  it.each(['"0"', '0', '"2"', 'W/"2"', '"1', 'x', '""'])('is given for another revision than 1: %s', async (tag) => {
    const first = await patch(body);
    const answer = await patch({ environment: { A: '1' } }, { 'if-match': tag });
    expectRefusal(answer, 412, 'PRECONDITION_FAILED');
    expect(answer.body.error.details).toEqual({ revision: 1 });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect((await patch(body)).body).toEqual(first.body);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', () => expectLimited(api, request, 60));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'services'));
});
