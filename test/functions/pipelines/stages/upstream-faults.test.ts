import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stageNames } from '../../../../functions/core/settings.ts';
import { endPipeline } from '../../../../functions/pipelines/end-pipeline.ts';
import type { Stage } from '../../../../functions/pipelines/stage-work.ts';
import { deploy } from '../../../../functions/pipelines/stages/deploy.ts';
import { enrich } from '../../../../functions/pipelines/stages/enrich.ts';
import { generate } from '../../../../functions/pipelines/stages/generate.ts';
import { ingest } from '../../../../functions/pipelines/stages/ingest.ts';
import { learn } from '../../../../functions/pipelines/stages/learn.ts';
import { monitor } from '../../../../functions/pipelines/stages/monitor.ts';
import { test as testStage } from '../../../../functions/pipelines/stages/test.ts';
import { validate } from '../../../../functions/pipelines/stages/validate.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { connectionRefused } from '../scripted-upstream.ts';
import { runToEnd, stored } from '../stage-scenario.ts';
import { storePipeline } from '../stored-pipeline.ts';
import { type Route, type RoutedUpstream, routeUpstream, tooLarge } from './routed-upstream.ts';

let home: TestHome;
let upstream: RoutedUpstream;
let branches = 0;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());
afterEach(() => upstream.remove());

const scripts = { ingest, enrich, generate, validate, test: testStage, deploy, monitor, learn } satisfies Record<
  string,
  Stage
>;

const status = (code: number) => () => new Response(null, { status: code });
const unavailable = { code: 'SERVICE_UNAVAILABLE', retryable: true };
const failed = { code: 'STAGE_FAILED', retryable: false };

/** What every service does, and what becomes of a pipeline whose stage meets it. */
const faults: [name: string, fault: Route, error: object][] = [
  ['cannot be reached', connectionRefused, unavailable],
  ['answers 429', status(429), unavailable],
  ['answers 503', status(503), unavailable],
  ['answers 500', status(500), failed],
  ['answers 401', status(401), failed],
  ['answers 404', status(404), failed],
  ['redirects', () => new Response(null, { status: 302, headers: { location: 'http://elsewhere.test/' } }), failed],
  ['answers what is no JSON', () => new Response('<html>'), failed],
  ['answers what its API does not promise', () => ({ surprise: true }), failed],
  ['answers too much', tooLarge, failed],
];

describe.each(stageNames)('%s, when its services', (stage) => {
  it.each(faults)('%s', async (_, fault, error) => {
    upstream = routeUpstream({ GET: fault, POST: fault, PUT: fault, DELETE: fault });
    const { id } = await storePipeline(home, { stages: [stage], config: { branch: `b${branches++}` } });
    expect(await runToEnd(home, id, { stage, script: scripts[stage] })).toEqual({ next: 'finish', iteration: 1 });
    await endPipeline(home.backend, id);
    const pipeline = await stored(home, id);
    expect(pipeline).toMatchObject({ status: 'failed', error: { stage, ...error } });
    expect(pipeline.error?.message.length).toBeLessThanOrEqual(2_000);
    expect(pipeline.error?.message).not.toMatch(/html|surprise|elsewhere|xxx/);
  });
});
