import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancelPipelineContract } from '../../../functions/pipelines/contract.ts';
import { openApi, type TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { startPipeline } from './stored-pipeline.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi({ settings: { RATE_LIMITS: 'write=5' } });
});
afterEach(() => api.close());

const unknownId = 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3';
const pathOf = (id: string) => `/api/v1/pipeline/${id}/cancel`;
const cancel = (id: string) => api.send('POST', pathOf(id));
const request = { method: 'POST', path: pathOf(unknownId) };

describe('202', () => {
  it('notes when the cancellation was asked for; the pipeline still runs', async () => {
    const { id } = await startPipeline(api.home);
    api.home.clock.advance(1_234);
    const { status, body } = await cancel(id);
    expect(status).toBe(202);
    expect(cancelPipelineContract.answers.accepted.body.parse(body)).toEqual(body);
    const now = new Date(api.home.clock.now()).toISOString();
    expect(body).toMatchObject({ pipeline_id: id, status: 'running', cancel_requested_at: now, completed_at: null });
  });

  it('is given again with the time of the first request', async () => {
    const { id } = await startPipeline(api.home);
    const first = await cancel(id);
    api.home.clock.advance(60_000);
    const again = await cancel(id);
    expect([again.status, again.body]).toEqual([202, first.body]);
  });

  it('is given to everyone who asks at the same time', async () => {
    const { id } = await startPipeline(api.home);
    const answers = await Promise.all(Array.from({ length: 5 }, () => cancel(id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(202));
  });

  it('takes an empty JSON object as body', async () => {
    const { id } = await startPipeline(api.home);
    expect((await api.send('POST', pathOf(id), { body: {} })).status).toBe(202);
  });
});

describe('200', () => {
  it('is given for a pipeline that was cancelled before, and changes nothing', async () => {
    const change = { status: 'cancelled', completedMs: api.home.clock.now() } as const;
    const { id } = await startPipeline(api.home, { change });
    const before = await api.send('GET', `/api/v1/pipeline/${id}`);
    const { status, body } = await cancel(id);
    expect([status, body.status]).toEqual([200, 'cancelled']);
    expect((await api.send('GET', `/api/v1/pipeline/${id}`)).text).toBe(before.text);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for a body with anything in it', async () => {
    expectRefusal(await api.send('POST', pathOf(unknownId), { body: { force: true } }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for a pipeline that is not there', async () => {
    expectRefusal(await cancel(unknownId), 404, 'NOT_FOUND');
  });

  it.each([
    'abc',
    'executes',
    'wf_01jhnkp8r2c5d3v7w9x0y1z2a3',
    'pipe_01JHNKP8R2C5D3V7W9X0Y1Z2A3',
    'pipe_1',
    'a%20b',
    'a%2Fb',
    '%00',
    '%F0%9F%91%8B',
    'x'.repeat(100),
    'x'.repeat(101),
    'x'.repeat(3_000),
  ])('is given for any text that is no id: %s', async (id) => {
    expectRefusal(await cancel(id), 404, 'NOT_FOUND');
  });
});

describe('409 CONFLICT', () => {
  it.each(['completed', 'failed'] as const)('is given for a pipeline that has %s', async (status) => {
    const { id } = await startPipeline(api.home, { change: { status, completedMs: api.home.clock.now() } });
    const answer = await cancel(id);
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toContain(status);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', () => expectLimited(api, request, 5));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'pipelines'));
});
