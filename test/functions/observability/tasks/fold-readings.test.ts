import { afterEach, beforeEach, expect, it } from 'vitest';
import { restrict } from '../../../../backend/restricted.ts';
import { hourText, minutesOf } from '../../../../functions/observability/figure-keys.ts';
import { loadTotals } from '../../../../functions/observability/load-figures.ts';
import { recordReadings } from '../../../../functions/observability/record-readings.ts';
import { foldReadings } from '../../../../functions/observability/tasks/fold-readings.ts';
import { openHome, type TestHome } from '../../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

it('folds what is recorded, with the access that it declares', async () => {
  const reading = { kind: 'pipelines', subject: 'all', atMs: home.clock.now(), figures: { completed: 1 } } as const;
  await recordReadings(home.backend, 'batch', [reading]);
  const backend = restrict(home.backend, foldReadings.contract.access);
  await foldReadings.run({}, { ...home, backend });
  const hour = hourText(home.clock.now());
  const { items } = await home.backend.table('metrics').query({ partition: 'pipelines#total', limit: 10 });
  expect(items).toMatchObject([{ sk: 'all', figures: { completed: 1 }, generation: 1 }]);
  const minute = (await home.backend.table('metrics').query({ partition: minutesOf('pipelines', hour), limit: 10 }))
    .items;
  const keptDays = minute.map(({ expires_at }) => ((expires_at ?? 0) * 1000 - home.clock.now()) / 86_400_000);
  expect(keptDays.map((days) => Math.round(days))).toEqual([8, 8]);
  expect((await loadTotals(home.backend, ['pipelines'])).pipelines.get('all')).toEqual({ completed: 1 });
});
