import type { Home } from '../core/endpoint.ts';

/**
 * Says once that nothing can be reached any more, and once that something can be again. `doubts` are the reasons of the
 * probes of this round that did not count, `counted` is how many did, and `doubtedMs` since when services were out of reach
 * before it: that is stored, as no process need live from one round to the next.
 */
export function logOutage(
  { backend, log }: Pick<Home, 'backend' | 'log'>,
  { doubts, counted, doubtedMs }: { doubts: string[]; counted: number; doubtedMs: number[] },
): void {
  if (doubts.length > 0 && doubtedMs.length === 0) {
    const message =
      'no service can be reached; the network of the orchestrator, or of the one host of all, seems to be down';
    log.warn(message, { reason: commonest(doubts) });
  }
  if (counted > 0 && doubtedMs.length > 0) {
    const seconds = Math.round((backend.clock.now() - Math.min(...doubtedMs)) / 1000);
    log.info('services can be reached again', { after_seconds: seconds });
  }
}

function commonest(reasons: string[]): string | undefined {
  const groups = [...Map.groupBy(reasons, (reason) => reason).values()];
  return groups.sort((one, other) => other.length - one.length)[0]?.[0];
}
