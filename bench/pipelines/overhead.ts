import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapse } from 'node:timers/promises';
import { openStore } from '../../backend/embedded/store.ts';
import { type ControlPlane, openControlPlane } from '../../bin/embedded/control-plane.ts';
import type { HomedEndpoint } from '../../bin/embedded/http-server.ts';
import { readEmbeddedSettings } from '../../bin/embedded/settings.ts';
import { invoke } from '../../functions/core/invoke.ts';
import { stageNames } from '../../functions/core/settings.ts';
import type { PipelineView } from '../../functions/pipelines/contract.ts';
import { loadPipeline } from '../../functions/pipelines/pipeline-store.ts';
import { type Benchmark, median } from '../measure.ts';
import { samplePipelineRequest } from './sample-request.ts';
import { startStandIns } from './stand-ins-process.ts';
import { measureUpstreamTime } from './upstream-time.ts';

/** The goal of the design. */
const overheadMsMax = 5;

/** The first runs compile the code. */
const warmUps = 5;
const runs = 15;
const token = 'benchmark-token-0123456789';

/**
 * What the embedded orchestrator itself adds to a stage: pipelines of eight stages against stand-ins that answer at once,
 * one after the other; their time from the request to the end, less the time in which upstream services were awaited.
 */
export const overhead: Benchmark = {
  name: 'overhead',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
    const standIns = await startStandIns(folder);
    const environment = {
      ORCHESTRATOR_DATA: join(folder, 'data'),
      MONITOR_SECONDS: '0',
      LOG_LEVEL: 'WARN',
      RATE_LIMITS: 'pipeline_execution=1000',
    };
    const controlPlane = await openControlPlane({
      settings: readEmbeddedSettings(environment),
      store: openStore(environment.ORCHESTRATOR_DATA),
      token,
      catalogue: standIns.catalogue,
      baseUrl: 'http://127.0.0.1:0',
      environment,
    });
    try {
      return await measure(controlPlane);
    } finally {
      await controlPlane.close();
      await standIns.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(controlPlane: ControlPlane) {
  const endpoint = controlPlane.site.endpoints.find(({ contract }) => contract.operationId === 'executePipeline');
  if (!endpoint) throw new Error('There is no endpoint that executes a pipeline.');
  const upstream = measureUpstreamTime();
  try {
    const overheads: number[] = [];
    const upstreams: number[] = [];
    for (let run = 0; run < warmUps + runs; run += 1) {
      const before = upstream.totalMs();
      const totalMs = await runPipeline(endpoint, `overhead-${run}`);
      const upstreamMs = upstream.totalMs() - before;
      if (run < warmUps) continue;
      overheads.push((totalMs - upstreamMs) / stageNames.length);
      upstreams.push(upstreamMs / stageNames.length);
    }
    const value = median(overheads);
    return [
      {
        name: 'Pipeline of eight stages, embedded: overhead per stage',
        value: `${value.toFixed(2)} ms`,
        goal: `< ${overheadMsMax} ms`,
        isMet: value < overheadMsMax,
      },
      {
        name: `Pipeline of eight stages, embedded: time per stage that services were awaited`,
        value: `${median(upstreams).toFixed(2)} ms (${(upstream.calls() / (warmUps + runs)).toFixed(0)} calls in all)`,
      },
    ];
  } finally {
    upstream.restore();
  }
}

/** Runs one pipeline to its end and gives its duration, as it is stored, in ms. */
async function runPipeline(endpoint: HomedEndpoint, project: string): Promise<number> {
  const request = {
    method: 'POST',
    path: endpoint.contract.path,
    parameters: {},
    query: {},
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(samplePipelineRequest(project))),
  };
  const answer = await invoke(endpoint, { request, requestId: 'req_bench', principal: 'bench' }, endpoint.home);
  if (answer.status !== 202) throw new Error(`The pipeline was refused: ${answer.body}`);
  const { pipeline_id } = JSON.parse(answer.body) as PipelineView;
  for (;;) {
    await elapse(5);
    const { status, error, createdMs, completedMs } = await loadPipeline(endpoint.home.backend, pipeline_id);
    if (status === 'running') continue;
    if (status === 'completed' && completedMs !== undefined) return completedMs - createdMs;
    throw new Error(`The pipeline ended ${status}: ${error?.message}`);
  }
}
