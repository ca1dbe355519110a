import type { Benchmark, Measure } from '../measure.ts';
import { healthLatency } from './health-latency.ts';
import { type PollCost, pollCost, warmUp } from './poll-cost.ts';
import { longestRecordDelayMs } from './record-delay.ts';

/** The goals of the design: a round beside what its services take, CPU time of a probe, and what others must not feel. */
const ratioMax = 1.15;
const cpuMsPerProbeMax = 0.3;
const recordDelayMsMax = 100;
const healthMsMax = 20;

/** What each service takes for an answer. */
const delayMs = 50;

/** What it costs to poll the platform's services, and what else of the process feels it. The services are stubs in another process. */
export const polling: Benchmark = {
  name: 'polling',
  async run() {
    await warmUp();
    const one = await pollCost({ copies: 1, delayMs, batches: 5, roundsEach: 10 });
    const ten = await pollCost({ copies: 10, delayMs, batches: 5, roundsEach: 4 });
    return [...costMeasures(one), ...costMeasures(ten), await delayMeasure(), ...(await healthMeasures())];
  },
};

function costMeasures({ services, connections, ours, bare, serviceMs }: PollCost): Measure[] {
  const ratio = ours.roundMs / serviceMs;
  const perProbe = ours.cpuMs / services;
  const perConnection = ({ cpuMs }: PollCost['ours']) => `${(cpuMs / connections).toFixed(2)} ms`;
  return [
    {
      name: `Poll of ${services} services that take ${delayMs} ms: time, what they took = 1`,
      value: `${ratio.toFixed(2)} (they took ${serviceMs.toFixed(1)} ms; ${delayMs} ms = 1: ${(ours.roundMs / delayMs).toFixed(2)}, bare: ${(bare.roundMs / delayMs).toFixed(2)})`,
      goal: `≤ ${ratioMax}`,
      isMet: ratio <= ratioMax,
    },
    {
      name: `Poll of ${services} services: CPU time per service probed`,
      value: `${perProbe.toFixed(2)} ms (per connection ${perConnection(ours)}, bare: ${perConnection(bare)})`,
      goal: `≤ ${cpuMsPerProbeMax} ms`,
      isMet: perProbe <= cpuMsPerProbeMax,
    },
  ];
}

async function delayMeasure(): Promise<Measure> {
  const hanging = 5;
  const worstMs = await longestRecordDelayMs({ hanging, delayMs, rounds: 5 });
  return {
    name: `Poll of 37 services of which ${hanging} hang: longest from another's answer to its record`,
    value: `${worstMs.toFixed(1)} ms`,
    goal: `≤ ${recordDelayMsMax} ms`,
    isMet: worstMs <= recordDelayMsMax,
  };
}

async function healthMeasures(): Promise<Measure[]> {
  const { ours, bare } = await healthLatency({ delayMs, warmUpRounds: 2, rounds: 10 });
  return [
    {
      name: `GET /health while 37 services are polled each second: worst of ${ours.requests.toLocaleString('en')}`,
      value: `${ours.worstMs.toFixed(1)} ms (bare: ${bare.worstMs.toFixed(1)} ms)`,
      goal: `< ${healthMsMax} ms`,
      isMet: ours.worstMs < healthMsMax,
    },
    {
      name: 'GET /health while 37 services are polled each second: worst of a second, median',
      value: `${ours.usualWorstMs.toFixed(1)} ms (bare: ${bare.usualWorstMs.toFixed(1)} ms)`,
    },
  ];
}
