import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusEvent } from '../../../backend/backend.ts';
import { eventOf, listEventsContract, publishEvents } from '../../../functions/events/contract.ts';
import { recordEvents } from '../../../functions/events/tasks/record-events.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

const path = '/api/v1/events';
const request = { method: 'GET', path };
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const common = { pipeline_id: 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3', repo_url: 'http://h/o/n', branch: 'main' };
const ended = { ...common, iteration: 1, duration_ms: 5 };

/** Records an event that happened a second after the one before. */
async function happened(type: 'pipeline.completed' | 'pipeline.cancelled', service?: string): Promise<BusEvent> {
  api.home.clock.advance(1_000);
  const atMs = api.home.clock.now();
  const happening = { atMs, occurrence: String(atMs), data: ended, ...(service ? { service } : {}) };
  const event = { ...eventOf(type, happening), sequence: 1 };
  await record(event);
  return event;
}

const record = (event: BusEvent) =>
  recordEvents.consume([{ id: 'm', body: event as never, receives: 1 }], api.home).then(({ retry }) => {
    expect(retry).toEqual([]);
  });

describe('200', () => {
  it('lists the newest first, as the contract says', async () => {
    const first = await happened('pipeline.completed');
    const second = await happened('pipeline.cancelled');
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { events: [second, first], next_cursor: null }]);
    expect(listEventsContract.answers.ok.body.parse(body)).toEqual(body);
  });

  it('shows what starting a pipeline published, once it has gone over the bus', async () => {
    const event = eventOf('pipeline.completed', { atMs: api.home.clock.now(), occurrence: 'x', data: ended });
    await publishEvents(api.home.backend, [event]);
    await expect.poll(async () => (await list()).body.events).toEqual([{ ...event, sequence: 1 }]);
  });

  it('shows an event that was delivered twice once', async () => {
    const event = await happened('pipeline.completed');
    await record(event);
    expect((await list()).body.events).toEqual([event]);
  });

  it('shows an event that was published before there were numbers, without one', async () => {
    const { sequence: _, ...before } = await happened('pipeline.completed');
    api.home.clock.advance(1_000);
    const older = { ...before, id: eventOf('pipeline.completed', { atMs: 0, occurrence: 'x', data: ended }).id };
    await record(older as BusEvent);
    const { status, body } = await list();
    expect([status, body.events[1]]).toEqual([200, older]);
    expect(listEventsContract.answers.ok.body.parse(body)).toEqual(body);
  });

  it('filters by type, by service, by both, and by since inclusive', async () => {
    const a = await happened('pipeline.completed', 'ollama');
    const b = await happened('pipeline.cancelled', 'ollama');
    const c = await happened('pipeline.completed');
    const eventsOf = async (query: Record<string, string>) => (await list(query)).body.events;
    expect(await eventsOf({ type: 'pipeline.completed' })).toEqual([c, a]);
    expect(await eventsOf({ service: 'ollama' })).toEqual([b, a]);
    expect(await eventsOf({ service: 'ollama', type: 'pipeline.completed' })).toEqual([a]);
    expect(await eventsOf({ since: b.timestamp })).toEqual([c, b]);
    expect(await eventsOf({ since: b.timestamp, service: 'ollama' })).toEqual([b]);
  });

  it('goes on with the cursor to the end, each event once, while new ones arrive', async () => {
    const known = [];
    for (let index = 0; index < 3; index += 1) known.unshift(await happened('pipeline.completed'));
    const first = await list({ limit: '2' });
    await happened('pipeline.completed');
    const second = await list({ limit: '2', cursor: first.body.next_cursor });
    expect([...first.body.events, ...second.body.events]).toEqual(known);
    expect(second.body.next_cursor).toBeNull();
  });

  it('no longer shows an event after 30 days', async () => {
    await happened('pipeline.completed');
    api.home.clock.advance(30 * 24 * 3_600_000 - 1_000);
    expect((await list()).body.events).toHaveLength(1);
    api.home.clock.advance(1_000);
    expect((await list()).body.events).toHaveLength(0);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['type', 'pipeline.exploded'],
    ['service', ''],
    ['since', 'yesterday'],
    ['limit', '0'],
    ['cursor', 'x'],
    ['status', 'running'],
  ])('is given for %s=%s', async (name, value) => {
    const answer = await list({ [name]: value });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(`query.${name}`);
  });

  it('is given for a cursor under other filters', async () => {
    await happened('pipeline.completed');
    await happened('pipeline.completed');
    const { next_cursor: cursor } = (await list({ limit: '1' })).body;
    expectRefusal(await list({ cursor, type: 'pipeline.completed' }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond 100 reads in a minute', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'events'));
});
