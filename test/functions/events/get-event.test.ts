import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventOf, getEventContract, publishEvents } from '../../../functions/events/contract.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

const pathOf = (id: string) => `/api/v1/events/${id}`;
const get = (id: string) => api.send('GET', pathOf(id));
const unknown = 'evt_01jhnkp8r2c5d3v7w9x0y1z2a3';
const request = { method: 'GET', path: pathOf(unknown) };

/** Publishes an event and waits until it can be read. */
async function published() {
  const service = 'redis';
  const data = { service, revision: 1, environment: ['MODE'], resources: [] };
  const event = eventOf('service.config.changed', { atMs: api.home.clock.now(), occurrence: 'x', service, data });
  await publishEvents(api.home.backend, [event]);
  await expect.poll(async () => (await get(event.id)).status).toBe(200);
  return event;
}

describe('200', () => {
  it('shows the event as the list does, and as the contract says', async () => {
    const event = await published();
    const { status, body } = await get(event.id);
    expect([status, body]).toEqual([200, { ...event, sequence: 1 }]);
    expect(getEventContract.answers.ok.body.parse(body)).toEqual(body);
    expect((await api.send('GET', '/api/v1/events')).body.events).toEqual([body]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each(['nonsense', 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3', 'evt_01JHNKP8R2C5D3V7W9X0Y1Z2A3', 'evt_1'])(
    'is given for the id %s',
    async (id) => {
      const answer = await get(id);
      expectRefusal(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details[0].path).toBe('path.event_id');
    },
  );

  it('is given for an unknown parameter', async () => {
    expectRefusal(await get(`${unknown}?full=1`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no event has', async () => expectRefusal(await get(unknown), 404, 'NOT_FOUND'));

  it('is given after 30 days', async () => {
    const { id } = await published();
    api.home.clock.advance(30 * 24 * 3_600_000);
    expectRefusal(await get(id), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond 100 reads in a minute', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'events'));
});
