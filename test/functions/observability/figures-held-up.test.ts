import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Backend, Item } from '../../../backend/backend.ts';
import { minuteMs } from '../../../functions/observability/figure-keys.ts';
import { foldReadings } from '../../../functions/observability/fold-readings.ts';
import { loadTotals } from '../../../functions/observability/load-figures.ts';
import { recordReadings } from '../../../functions/observability/record-readings.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const record = (marker: string, count: number, backend: Backend = home.backend) =>
  recordReadings(backend, marker, [
    { kind: 'pipelines', subject: 'all', atMs: home.clock.now(), figures: { completed: count } },
  ]);

async function fold(backend: Backend = home.backend): Promise<void> {
  home.clock.advance(10 * minuteMs);
  await foldReadings(backend, { deadlineMs: Number.POSITIVE_INFINITY });
}

const completed = async () => (await loadTotals(home.backend, ['pipelines'])).pipelines.get('all')?.['completed'];

/** A backend that is held up before it puts an item, and how to let it go on. */
function heldUp(isHeld: (item: Item) => boolean) {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const backend: Backend = {
    ...home.backend,
    table(name) {
      const table = home.backend.table(name);
      return {
        ...table,
        async put(item, condition) {
          if (isHeld(item)) {
            reach();
            await released;
          }
          return table.put(item, condition);
        },
      };
    },
  };
  return { backend, reached, release };
}

it('a folder that is held up while others go on changes nothing', async () => {
  await record('first', 1);
  const held = heldUp(({ pk }) => pk === 'pipelines#total');
  const folding = fold(held.backend);
  await held.reached;
  await fold();
  await record('second', 2);
  await fold();
  held.release();
  await folding;
  expect(await completed()).toBe(3);
});

it('a batch that is put into the inbox long after the same was folded counts for no reader', async () => {
  const held = heldUp(({ pk }) => pk.startsWith('inbox#'));
  const recording = record('the same', 1, held.backend);
  await held.reached;
  await record('the same', 1);
  for (const marker of ['b', 'c', 'd']) {
    await fold();
    await record(marker, 1);
  }
  await fold();
  held.release();
  await recording;
  expect(await completed()).toBe(4);
  await fold();
  expect(await completed()).toBe(4);
});

it('a service that exposes nonsense does not stop the figures of others', async () => {
  for (const marker of ['a', 'b', 'c']) {
    const nonsense = { kind: 'services', subject: 'odd', figures: { requests: Number.MAX_SAFE_INTEGER } } as const;
    await recordReadings(home.backend, marker, [{ ...nonsense, atMs: home.clock.now() }]);
    await fold();
  }
  const odd = (await loadTotals(home.backend, ['services'])).services.get('odd');
  expect(odd).toEqual({ requests: Number.MAX_SAFE_INTEGER });
});
