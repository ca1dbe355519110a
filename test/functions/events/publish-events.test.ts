import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventOf, publishEvents, type UnpublishedEvent } from '../../../functions/events/contract.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const publish = (...events: UnpublishedEvent[]) => publishEvents(home.backend, events);
const numbers = () => home.published.map(({ data, sequence }) => [data['branch'] ?? data['revision'], sequence]);

/** Events that are told apart by `branch`, of one pipeline unless told. */
function ofPipeline(branch: string, pipelineId = 'pipe_1'): UnpublishedEvent {
  const data = { pipeline_id: pipelineId, repo_url: 'http://h/o/n', branch, iteration: 1, duration_ms: 0 };
  return eventOf('pipeline.completed', { atMs: home.clock.now(), occurrence: branch, data });
}

function ofService(revision: number, service = 'redis'): UnpublishedEvent {
  const data = { service, revision, environment: [], resources: [] };
  return eventOf('service.config.changed', { atMs: home.clock.now(), occurrence: String(revision), service, data });
}

const many = (length: number) => Array.from({ length }, (_, index) => ofService(index + 1));

describe('the sequence of events', () => {
  it('grows with each event about one resource, in the order in which they are given', async () => {
    await publish(ofPipeline('a'), ofPipeline('b'));
    await publish(ofPipeline('c'));
    expect(numbers()).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('is another for each resource, and events of several keep their order on the bus', async () => {
    await publish(ofPipeline('a'), ofPipeline('b', 'pipe_2'), ofService(1), ofPipeline('c'));
    expect(numbers()).toEqual([
      ['a', 1],
      ['b', 1],
      [1, 1],
      ['c', 2],
    ]);
  });

  it('is one for events of all types about a resource', async () => {
    const service = 'redis';
    const [from, to] = ['unknown', 'healthy'] as const;
    const health = { service, from, to, reason: '', root_cause: null, impacted: [] };
    await publish(ofService(1));
    await publish(eventOf('service.health_changed', { atMs: 1, occurrence: 'h', service, data: health }));
    expect(home.published.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('of a repeat is that of the event, whatever came in between, and in the same call too', async () => {
    const repeated = ofPipeline('a');
    await publish(repeated, ofPipeline('b'));
    await publish(repeated, ofPipeline('c'), ofPipeline('c'));
    expect(numbers().slice(2)).toEqual([
      ['a', 1],
      ['c', 3],
      ['c', 3],
    ]);
    expect(home.published[2]).toEqual(home.published[0]);
  });

  it('of a repeat is found after 31 other events', async () => {
    const [first, ...others] = many(32) as [UnpublishedEvent, ...UnpublishedEvent[]];
    await publish(first);
    for (const other of others) await publish(other);
    await publish(first);
    expect(home.published.at(-1)?.sequence).toBe(1);
  });

  it('of many events in one call is the same when all are repeated', async () => {
    await publish(...many(50));
    await publish(...many(50));
    expect(home.published.map(({ sequence }) => sequence)).toEqual([...numbersTo(50), ...numbersTo(50)]);
  });

  it('is one number for each event when several publishers race, and the same in all of them', async () => {
    const shared = ofService(100);
    const own = many(8);
    await Promise.all(own.map((event) => publish(event, shared)));
    const byId = new Map(home.published.map(({ id, sequence }) => [id, sequence]));
    for (const { id, sequence } of home.published) expect(byId.get(id)).toBe(sequence);
    expect([...byId.values()].sort((a, b) => a - b)).toEqual(numbersTo(9));
  });

  it.each([false, true])(
    'is kept by an event whose publisher died after it was drawn (whether the write was answered: not %s)',
    async (isAnswerLost) => {
      const dying = dyingBackend(home.backend, isAnswerLost ? 0 : 1, isAnswerLost);
      const event = ofPipeline('a');
      await expect(publishEvents(dying, [event])).rejects.toThrow();
      expect(home.published).toEqual([]);
      await publish(ofPipeline('b'));
      await publish(event);
      expect(numbers()).toEqual([
        ['b', 2],
        ['a', 1],
      ]);
    },
  );

  it('costs one read and one write for all events of one resource, and no write for repeats', async () => {
    const sequences = home.backend.table('sequences');
    const [get, put] = [vi.spyOn(sequences, 'get'), vi.spyOn(sequences, 'put')];
    const calls = () => [get, put].map((spy) => spy.mock.calls.length);
    await publish(...many(3));
    expect(calls()).toEqual([1, 1]);
    await publish(...many(3));
    expect(calls()).toEqual([2, 1]);
    await publish();
    expect(calls()).toEqual([2, 1]);
  });

  it('of a pipeline is forgotten 90 days after its last event, and that of a service never', async () => {
    await publish(ofPipeline('a'), ofService(1));
    home.clock.advance(24 * 3_600_000);
    await publish(ofPipeline('b'));
    home.clock.advance(90 * 24 * 3_600_000 - 1_000);
    expect(await isRemembered('pipeline#pipe_1')).toBe(true);
    home.clock.advance(1_000);
    expect(await isRemembered('pipeline#pipe_1')).toBe(false);
    home.clock.advance(3_650 * 24 * 3_600_000);
    expect(await isRemembered('service#redis')).toBe(true);
  });
});

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

const isRemembered = async (pk: string) =>
  (await home.backend.table('sequences').get({ pk, sk: 'sequence' })) !== undefined;
