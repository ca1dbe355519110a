import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Json } from '../../../../backend/backend.ts';
import { restrict } from '../../../../backend/restricted.ts';
import { loadTotals } from '../../../../functions/observability/load-figures.ts';
import { measureEvents } from '../../../../functions/observability/tasks/measure-events.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { completed } from '../../webhooks/delivery-scenario.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const message = (id: string, body: unknown) => ({ id, body: body as Json, receives: 1 });
const delivered = (occurrence: string) => ({ ...completed(home, occurrence), sequence: 1 });

/** With the access that it declares. */
function consume(...messages: ReturnType<typeof message>[]) {
  const backend = restrict(home.backend, measureEvents.contract.access);
  return measureEvents.consume(messages, { ...home, backend });
}

const count = async () => (await loadTotals(home.backend, ['pipelines'])).pipelines.get('all')?.['completed'];

it('counts each event once, in whatever messages it comes', async () => {
  const [one, other] = [delivered('one'), delivered('other')];
  expect(await consume(message('a', one), message('b', one), message('c', other))).toEqual({ retry: [] });
  expect(await consume(message('d', one))).toEqual({ retry: [] });
  expect(await count()).toBe(2);
});

it('lets what is no event come again, alone', async () => {
  expect(await consume(message('good', delivered('one')), message('bad', { id: 'x' }))).toEqual({
    retry: [{ id: 'bad' }],
  });
  expect(await count()).toBe(1);
});
