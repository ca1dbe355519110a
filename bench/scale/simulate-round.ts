import { probesAtOnceMax } from '../../platform/probing/prober.ts';

export interface RoundOptions {
  services: number;
  /** What a service takes to answer, and one that hangs. */
  answerMs: number;
  timeoutMs: number;
  /** Share of the services that hang, spread evenly. */
  hangingShare: number;
  /** Time of the one thread for a service: half of it to begin its probe, half to record it. */
  cpuMs: number;
  /** Writes of records that the partition takes in a second. */
  writesPerSecond: number;
}

/**
 * How long a round of the poller takes, in ms. Probes have as many places as the prober gives them; one thread begins and
 * records them, whatever is there first; and the records go into one partition, as fast as it takes them.
 */
export function simulateRound(options: RoundOptions): number {
  const { services, answerMs, timeoutMs, hangingShare, cpuMs, writesPerSecond } = options;
  const [well, hanging]: [number[], number[]] = [[], []];
  let [nowMs, begun, recorded, writtenMs, wellNext, hangingNext] = [0, 0, 0, 0, 0, 0];
  while (recorded < services) {
    const nextWellMs = well[wellNext] ?? Number.POSITIVE_INFINITY;
    const nextHangingMs = hanging[hangingNext] ?? Number.POSITIVE_INFINITY;
    const nextMs = Math.min(nextWellMs, nextHangingMs);
    const canBegin = begun < services && begun - recorded < probesAtOnceMax;
    if (canBegin && nextMs > nowMs) {
      nowMs += cpuMs / 2;
      begun += 1;
      const [ends, lastingMs] = isHanging(begun, hangingShare) ? [hanging, timeoutMs] : [well, answerMs];
      ends.push(nowMs + lastingMs);
      continue;
    }
    nowMs = Math.max(nowMs, nextMs) + cpuMs / 2;
    const isWell = nextWellMs <= nextHangingMs;
    wellNext += Number(isWell);
    hangingNext += Number(!isWell);
    recorded += 1;
    writtenMs = Math.max(writtenMs + 1000 / writesPerSecond, nowMs);
  }
  return writtenMs;
}

/** Whether the service of this number, from 1 on, is one of those that hang. */
function isHanging(number: number, share: number): boolean {
  return Math.floor(number * share) > Math.floor((number - 1) * share);
}

/** The most services of which a round fits into so many ms. */
export function servicesWithin(limitMs: number, options: Omit<RoundOptions, 'services'>): number {
  const fits = (services: number) => simulateRound({ ...options, services }) <= limitMs;
  let [most, tooMany] = [1, 2];
  while (fits(tooMany)) [most, tooMany] = [tooMany, tooMany * 2];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (fits(middle)) most = middle;
    else tooMany = middle;
  }
  return most;
}
