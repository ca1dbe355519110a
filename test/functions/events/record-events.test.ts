import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eventOf } from '../../../functions/events/contract.ts';
import { recordEvents } from '../../../functions/events/tasks/record-events.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());

const message = (id: string, body: unknown) => ({ id, body: body as never, receives: 1 });
const event = (occurrence: string) => ({
  ...eventOf('pipeline.cancelled', {
    atMs: home.clock.now(),
    occurrence,
    data: { pipeline_id: 'pipe_1', repo_url: 'http://h/o/n', branch: 'main', iteration: 1, duration_ms: 0 },
  }),
});
const stored = async () => (await home.backend.table('events').query({ partition: 'events', limit: 100 })).items;

it('one message that is no event comes again alone; the others of its batch are stored', async () => {
  const messages = [message('a', event('a')), message('b', { id: 'evt_1' }), message('c', event('c'))];
  expect(await recordEvents.consume(messages, home)).toEqual({ retry: [{ id: 'b' }] });
  expect(await stored()).toHaveLength(2);
});

it('a message that the table refuses comes again, and the log names it', async () => {
  const table = vi.spyOn(home.backend.table('events'), 'put').mockRejectedValueOnce(new Error('throttled'));
  expect(await recordEvents.consume([message('d', event('d'))], home)).toEqual({ retry: [{ id: 'd' }] });
  table.mockRestore();
  expect(home.logLines.at(-1)).toContain('throttled');
  expect(await recordEvents.consume([message('d', event('d'))], home)).toEqual({ retry: [] });
});
