import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../../backend/backend.ts';
import { endRefresh } from '../../../../functions/knowledge/end-refresh.ts';
import { newRefresh, type Refresh } from '../../../../functions/knowledge/refresh.ts';
import { createRefresh } from '../../../../functions/knowledge/refresh-store.ts';
import { reconcileRefreshes } from '../../../../functions/knowledge/tasks/reconcile-refreshes.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { Death, dyingBackend } from '../../pipelines/dying-backend.ts';
import { plain, refreshNow, storedRefresh, unknownRefresh } from '../knowledge-home.ts';

let home: TestHome;
/** What the tasks of the state machine do; they hang unless told. */
let task: (() => Promise<Json>) | undefined;
beforeEach(async () => {
  task = undefined;
  home = await openHome({ task: () => task?.() });
});
afterEach(() => home.close());

const reconcile = () => reconcileRefreshes.run(null, home);
const machine = () => home.backend.machine('knowledge-refresh');
const start = ({ id }: Refresh) => machine().start(id, { refresh_id: id });
const lock = () => home.backend.table('locks').get({ pk: 'knowledge-refresh', sk: 'lock' });

describe('the reconciliation', () => {
  it('leaves a refresh alone whose run goes on', async () => {
    const refresh = await storedRefresh(home);
    await start(refresh);
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(await refreshNow(home, refresh)).toEqual(refresh);
  });

  it('starts a refresh that was never started, once', async () => {
    const refresh = await storedRefresh(home);
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(await machine().describe(refresh.id)).toEqual({ status: 'RUNNING' });
    expect(await reconcile()).toEqual({ reconciled: 0 });
  });

  it('ends a refresh whose run failed, publishes that, and lets the next one in', async () => {
    task = () => Promise.reject(new Error('no task works'));
    const refresh = await storedRefresh(home);
    await start(refresh);
    await expect.poll(async () => (await machine().describe(refresh.id))?.status, { interval: 5 }).toBe('FAILED');
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(await refreshNow(home, refresh)).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL', message: 'The refresh was broken off.' },
    });
    expect(home.published).toMatchObject([{ type: 'knowledge.refreshed', data: { status: 'failed' } }]);
    expect(await lock()).toBeUndefined();
    expect(await reconcile()).toEqual({ reconciled: 0 });
  });

  it.each([1, 2, 3, 4])(
    'finishes an end that was stored and cut short at write %i, with the same event',
    async (writes) => {
      const refresh = await storedRefresh(home);
      await expect(endRefresh({ backend: dyingBackend(home.backend, writes, false) }, refresh.id)).rejects.toThrow(
        Death,
      );
      expect(await refreshNow(home, refresh)).toMatchObject({ status: 'completed', unfinished: 'refresh' });
      home.clock.advance(300_000);
      expect(await reconcile()).toEqual({ reconciled: 1 });
      expect(new Set(home.published.map(({ id, timestamp }) => `${id} ${timestamp}`)).size).toBe(1);
      expect(await refreshNow(home, refresh)).not.toHaveProperty('unfinished');
      expect(await lock()).toBeUndefined();
    },
  );

  it('reconciles the others when one of them cannot be', async () => {
    const refresh = await storedRefresh(home);
    await createRefresh(home.backend, newRefresh(unknownRefresh, plain, home.clock.now()));
    const real = machine();
    const describeOrFail: typeof real.describe = (name) =>
      name === unknownRefresh ? Promise.reject(new Error('throttled')) : real.describe(name);
    const backend = { ...home.backend, machine: () => ({ ...real, describe: describeOrFail }) };
    expect(await reconcileRefreshes.run(null, { ...home, backend })).toEqual({ reconciled: 1 });
    expect(await machine().describe(refresh.id)).toEqual({ status: 'RUNNING' });
    expect(home.logLines.some((line) => line.includes(unknownRefresh) && line.includes('throttled'))).toBe(true);
  });
});
