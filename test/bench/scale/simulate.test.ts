import { describe, expect, it } from 'vitest';
import { shared } from '../../../bench/scale/measure-heat.ts';
import { simulateDeliveries } from '../../../bench/scale/simulate-deliveries.ts';
import { simulatePipelines } from '../../../bench/scale/simulate-pipelines.ts';
import { servicesWithin, simulateRound } from '../../../bench/scale/simulate-round.ts';
import { slotsMax } from '../../../functions/webhooks/traffic.ts';
import { probesAtOnceMax } from '../../../platform/probing/prober.ts';
import { assumptionsWith } from '../../../tools/cost/assumptions.ts';

const round = { answerMs: 50, timeoutMs: 4000, hangingShare: 0, cpuMs: 1, writesPerSecond: 1_000_000 };

describe('a simulated round of the poller', () => {
  it('takes as long as one answer where nothing else takes time', () => {
    expect(simulateRound({ ...round, services: 100, cpuMs: 0 })).toBeCloseTo(50, 0);
  });

  it('of more services than there are places takes several answers', () => {
    expect(simulateRound({ ...round, services: 3 * probesAtOnceMax, cpuMs: 0 })).toBeCloseTo(150, 0);
  });

  it('takes no less than its thread needs, nor than its partition takes', () => {
    expect(simulateRound({ ...round, services: 1000 })).toBeGreaterThanOrEqual(1000);
    expect(simulateRound({ ...round, services: 1000, cpuMs: 0, writesPerSecond: 100 })).toBeGreaterThanOrEqual(10_000);
  });

  it('waits for those that hang', () => {
    expect(simulateRound({ ...round, services: 100, hangingShare: 0.02 })).toBeGreaterThan(4000);
  });

  it('has a most of services that fit, one more than which does not', () => {
    const most = servicesWithin(1000, round);
    expect(simulateRound({ ...round, services: most })).toBeLessThanOrEqual(1000);
    expect(simulateRound({ ...round, services: most + 1 })).toBeGreaterThan(1000);
  });
});

describe('simulated deliveries', () => {
  const options = { webhooks: 10, eventsPerSecond: 2, seconds: 20, callsMax: 200, attemptMs: 250, lookMs: 50 };

  it('are as many as are wanted while there is room', () => {
    expect(simulateDeliveries(options)).toMatchObject({ delivered: 20, inVainShare: 0 });
  });

  it('to one receiver are bounded by its slots, and the others ask in vain', () => {
    const flow = simulateDeliveries({ ...options, webhooks: 1, eventsPerSecond: 200 });
    expect(flow.delivered).toBeLessThanOrEqual((slotsMax * 1000) / options.attemptMs);
    expect(flow.inVainShare).toBeGreaterThan(0);
    expect(flow.waiting).toBeGreaterThan(1000);
  });

  it('to many are bounded by the calls that there may be', () => {
    const flow = simulateDeliveries({ ...options, webhooks: 100, eventsPerSecond: 20, callsMax: 20 });
    expect(flow.delivered).toBeLessThanOrEqual((20 * 1000) / options.attemptMs);
  });
});

describe('simulated pipelines', () => {
  it('that start slowly are never many at a time, and end after as long as their stages take', () => {
    const { callsMax, seconds } = simulatePipelines({ pipelines: 1, startsPerSecond: 1 }, assumptionsWith());
    expect(callsMax).toBe(1);
    expect(seconds).toBeGreaterThan(0.7 * 1360);
  });

  it('that start together ask together at first', () => {
    const { callsMax } = simulatePipelines({ pipelines: 50, startsPerSecond: 1000 }, assumptionsWith());
    expect(callsMax).toBe(50);
  });
});

it('a partition is shared when every run used it', () => {
  const heat = (partition: string, writes: number) => ({ place: 'events', partition, reads: 0, writes });
  const runs = [
    [heat('events', 3), heat('one', 9)],
    [heat('events', 5), heat('other', 9)],
  ];
  expect(shared('pipeline', runs, 2)).toEqual([
    { work: 'pipeline', place: 'events', partition: 'events', reads: 0, writes: 4 },
  ]);
});
