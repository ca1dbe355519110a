import { afterEach, beforeEach, expect, it } from 'vitest';
import { countRunning } from '../../../functions/pipelines/contract.ts';
import { withEnd } from '../../../functions/pipelines/pipeline.ts';
import { changePipeline, loadPipeline } from '../../../functions/pipelines/pipeline-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { storePipeline } from './stored-pipeline.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

it('a pipeline counts as running from when it is stored until its end is', async () => {
  expect(await countRunning(home.backend)).toBe(0);
  const [first] = [
    await storePipeline(home, { config: { branch: 'a' } }),
    await storePipeline(home, { config: { branch: 'b' } }),
  ];
  expect(await countRunning(home.backend)).toBe(2);
  await changePipeline(home.backend, first.id, (pipeline) => withEnd(pipeline, undefined, home.clock.now()));
  expect(await countRunning(home.backend)).toBe(1);
});

it('a pipeline is read as it was stored, without what its indexes go by', async () => {
  const pipeline = await storePipeline(home);
  expect(await loadPipeline(home.backend, pipeline.id)).toEqual(pipeline);
});
