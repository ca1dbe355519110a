import { readFunctionSettings, stageNames } from '../../functions/core/settings.ts';
import { pollDelaySeconds } from '../../functions/pipelines/stage-run.ts';
import type { Assumptions } from '../../tools/cost/assumptions.ts';

export interface PipelineLoad {
  /** Calls of stages at a time, at the most, and state transitions in the busiest second. */
  callsMax: number;
  transitionsMax: number;
  /** Until the last has ended. */
  seconds: number;
  /** Pipelines that end in a second, on average. */
  endingPerSecond: number;
}

/** Choose, run and judge; then wait, run and judge for each question. */
const transitionsOfCall = 3;

/**
 * Pipelines that start as fast as they are let in, whose stages take as long as assumed, each up to three tenths more or less.
 * They are asked about by the code's own rule.
 */
export function simulatePipelines(
  { pipelines, startsPerSecond }: { pipelines: number; startsPerSecond: number },
  assumed: Assumptions,
): PipelineLoad {
  const { stageDeadlineSeconds } = readFunctionSettings({});
  const callSeconds = (assumed.callMs + assumed.stageMs) / 1000;
  const calls: number[] = [];
  let lastSeconds = 0;
  for (let pipeline = 0; pipeline < pipelines; pipeline += 1) {
    let now = pipeline / startsPerSecond;
    const factor = 0.7 + 0.6 * ((pipeline * 0.618034) % 1);
    for (const stage of stageNames) {
      const doneAt = now + assumed[`${stage}Seconds`] * factor;
      calls.push(now);
      now += callSeconds;
      for (let polls = 0; now < doneAt; polls += 1) {
        now += pollDelaySeconds(polls, stageDeadlineSeconds[stage]);
        calls.push(now);
        now += callSeconds;
      }
    }
    lastSeconds = Math.max(lastSeconds, now);
  }
  const bySecond = Map.groupBy(calls, Math.floor);
  return {
    callsMax: mostAtOnce(calls, callSeconds),
    transitionsMax: Math.max(...[...bySecond.values()].map((each) => each.length)) * transitionsOfCall,
    seconds: Math.round(lastSeconds),
    endingPerSecond: Math.round((100 * pipelines) / lastSeconds) / 100,
  };
}

function mostAtOnce(startsSeconds: readonly number[], lastingSeconds: number): number {
  const starts = startsSeconds.toSorted((a, b) => a - b);
  let [most, oldest] = [0, 0];
  starts.forEach((start, index) => {
    while ((starts[oldest] as number) + lastingSeconds <= start) oldest += 1;
    most = Math.max(most, index - oldest + 1);
  });
  return most;
}
