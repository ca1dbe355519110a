import { describe, expect, it } from 'vitest';
import {
  neverProbed,
  type ServiceHealth,
  statusAt,
  withProbe,
  withRestartEnded,
} from '../../../functions/services/service-health.ts';
import type { Probe } from '../../../platform/probing/probe.ts';

const intervalSeconds = 15;
const startMs = Date.parse('2025-01-15T10:30:00Z');
const dayMs = 24 * 3_600_000;

/** The health after probes at these seconds from the start. */
function probed(health: ServiceHealth, result: Probe['result'], ...atSeconds: number[]): ServiceHealth {
  return atSeconds.reduce((before, seconds) => {
    const atMs = startMs + seconds * 1000;
    const probe = { atMs, result, reason: result === 'good' ? null : result, isNetworkProof: true, latencyMs: 5 };
    return withProbe(before, probe, { intervalSeconds, rootCause: () => null }).health;
  }, health);
}

const healthy = probed(neverProbed, 'good', 0);

describe('probes before a gap in which nobody looked', () => {
  it('do not count: failures before it and one after it make nothing unhealthy', () => {
    const before = probed(healthy, 'failed', 15, 30);
    const day = dayMs / 1000;
    expect(probed(before, 'failed', 45).status).toBe('unhealthy');
    expect(probed(before, 'failed', day).status).toBe('healthy');
    expect(probed(before, 'failed', day, day + 15, day + 30).status).toBe('unhealthy');
  });

  it('do not count as successes either', () => {
    const recovering = probed(probed(healthy, 'failed', 15, 30, 45), 'good', 60);
    expect(probed(recovering, 'good', 75).status).toBe('healthy');
    expect(probed(recovering, 'good', 75 + 46).status).toBe('unhealthy');
  });

  it('count when the gap is no longer than what makes a status unknown', () => {
    expect(probed(healthy, 'failed', 45, 90, 135).status).toBe('unhealthy');
  });
});

describe('a clock that was set back', () => {
  const anHourAhead = probed(neverProbed, 'good', 3600, 3615);

  it('does not freeze the status: probes are taken, and count', () => {
    const next = probed(anHourAhead, 'failed', 30);
    expect([next.lastProbeMs, next.status]).toEqual([startMs + 30_000, 'healthy']);
    expect(probed(next, 'failed', 45, 60).status).toBe('unhealthy');
  });

  it('by less than an interval leaves probes aside, as those of two pollers that meet', () => {
    expect(probed(anHourAhead, 'failed', 3600)).toBe(anHourAhead);
  });

  it('makes what is stored unknown until the next probe', () => {
    expect(statusAt(anHourAhead, startMs, intervalSeconds)).toBe('unknown');
    expect(statusAt(anHourAhead, startMs + 3600_000, intervalSeconds)).toBe('healthy');
  });

  it('does not keep probes from counting because a restart of ours ended in the future', () => {
    const restarted = { ...anHourAhead, countsFromMs: startMs + 3620_000 };
    expect(probed(restarted, 'failed', 30, 45, 60)).toMatchObject({ status: 'unhealthy', countsFromMs: null });
  });

  it('adds no time to the history that went by backwards', () => {
    expect(probed(anHourAhead, 'good', 30).hour).toMatchObject({ watchedMs: 0, upMs: 0 });
    expect(probed(probed(neverProbed, 'good', 600), 'good', 30, 45).hour).toMatchObject({ watchedMs: 15_000 });
  });
});

describe('the end of a restart that found the service healthy', () => {
  const unhealthy = probed(healthy, 'failed', 15, 30, 45);
  const restarting = (untilSeconds: number) => ({
    ...unhealthy,
    maintenance: { operationId: 'op_1', untilMs: startMs + untilSeconds * 1000 },
  });
  const nowMs = startMs + 100_000;
  const found = { status: 'healthy', reason: null, rootCause: null } as const;

  it('is a change of its own', () => {
    expect(withRestartEnded(restarting(700), { nowMs, found })).toMatchObject({
      status: 'healthy',
      sinceMs: nowMs,
      reason: null,
      maintenance: null,
      unannounced: [{ to: 'unhealthy' }, { from: 'unhealthy', to: 'healthy', atMs: nowMs, rootCause: null }],
    });
  });

  it('is none when it comes so late that what was found says nothing of now', () => {
    const ended = withRestartEnded(restarting(99), { nowMs, found });
    expect(ended).toMatchObject({ status: 'unhealthy', maintenance: null, countsFromMs: nowMs });
  });
});
