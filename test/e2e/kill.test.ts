import { setTimeout as elapse } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { stageNames } from '../../functions/core/settings.ts';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import {
  ended,
  eventsOf,
  execute,
  getPipeline,
  newRepository,
  pipelineRequest,
  type Site,
  type Start,
  startsOf,
  statuses,
} from './site.ts';

/** Quick stand-ins, so that a pipeline is a few seconds long and every kill meets another step. */
const settings = { SIMULATED_DELAY_SCALE: '0.1', MONITOR_SECONDS: '0' };

/** When the process is killed, in ms after it answers: close together at first, where steps are short. */
const killMoments = [1, 5, 10, 20, 30, 45, 60, 80, 100, 150, 200, 300, 450, 700];

/** Some 15 s on an idle machine, most of it the starts of fifteen processes; the rest is for one that is busy. */
const timeoutMs = 90_000;

/** What was started where, regardless of which pipeline asked and when. */
const shapeOf = (starts: Start[]) => starts.map(({ service, kind }) => `${service} ${kind}`).sort();

describe('killed with SIGKILL', () => {
  let site: EmbeddedSite | undefined;
  afterAll(() => site?.close());

  it('again and again, the running pipeline is finished, no upstream work is started twice, no lock is left and no event is lost', {
    timeout: timeoutMs,
  }, async ({ signal }) => {
    site = await startEmbeddedSite({ settings });
    const undisturbed = newRepository();
    await ended(site, (await execute(site, pipelineRequest(undisturbed.url))).pipeline_id);
    const expected = shapeOf(await startsOf(site, undisturbed.name));

    const repository = newRepository();
    const { pipeline_id } = await execute(site, pipelineRequest(repository.url));
    let kills = 0;
    for (const moment of killMoments) {
      await elapse(moment);
      site = await site.killed();
      kills += 1;
      if (signal.aborted) return site.close();
      if ((await getPipeline(site, pipeline_id)).status !== 'running') break;
    }
    const pipeline = await ended(site, pipeline_id);
    expect(kills).toBeGreaterThan(3);
    expect(pipeline).toMatchObject({ status: 'completed', error: null });
    expect(Object.entries(statuses(pipeline))).toEqual(stageNames.map((name) => [name, 'completed']));

    const starts = await startsOf(site, repository.name);
    expect(shapeOf(starts)).toEqual(expected);
    const keys = starts.flatMap(({ service, kind, idempotency_key }) =>
      idempotency_key ? [`${service} ${kind} ${idempotency_key}`] : [],
    );
    expect(new Set(keys).size).toBe(keys.length);

    await expectEvents(site, pipeline_id);
    const next = await execute(site, pipelineRequest(repository.url, { stages: ['enrich'] }));
    expect((await ended(site, next.pipeline_id)).status).toBe('completed');
  });
});

async function expectEvents(site: Site, pipelineId: string) {
  const expected = ['pipeline.completed', ...stageNames.map(() => 'pipeline.stage.completed'), 'pipeline.started'];
  await vi.waitFor(
    async () => {
      const events = (await eventsOf(site)).filter(({ data }) => data['pipeline_id'] === pipelineId);
      expect(events.map(({ type }) => type)).toEqual(expected);
      expect(events.map(({ sequence }) => sequence)).toEqual(expected.map((_, index) => expected.length - index));
    },
    { timeout: 20_000, interval: 100 },
  );
}
