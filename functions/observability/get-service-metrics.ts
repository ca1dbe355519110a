import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { sumOf } from '../core/figures.ts';
import { isoTime } from '../core/schemas.ts';
import { hourMs, minuteMs } from './figure-keys.ts';
import { loadPieces, type Piece } from './load-figures.ts';
import { getServiceMetricsContract, periods } from './metrics-contracts.ts';
import { ownTraffic, trafficView } from './traffic.ts';

/** The name under which the orchestrator itself is asked for, its container's. */
const itself = 'omni-orchestrator';

export const getServiceMetrics = endpoint(getServiceMetricsContract, async ({ parameters, query }, context) => {
  const { backend, catalogue } = context;
  const { name: service } = parameters;
  const isItself = service === itself;
  if (!isItself && !catalogue.services.some(({ name }) => name === service)) {
    throw new ApiError('NOT_FOUND', { message: `There is no service "${service}" in the catalogue.` });
  }
  const { name: period, hours, bucketMinutes } = periods[query.period];
  const [nowMs, bucketMs] = [backend.clock.now(), bucketMinutes * minuteMs];
  const asked = { kind: isItself ? ('requests' as const) : ('services' as const), fromMs: nowMs - hours * hourMs };
  const pieces = await loadPieces(backend, isItself ? asked : { ...asked, subject: service });
  const view = (some: readonly Piece[]) => {
    const figures = sumOf(some.map((piece) => piece.figures));
    return trafficView(isItself ? ownTraffic(figures) : figures);
  };
  const byBucket = Map.groupBy(pieces, ({ startMs }) => startMs - (startMs % bucketMs));
  return {
    answer: 'ok',
    body: {
      service,
      period,
      ...view(pieces),
      bucket_ms: bucketMs,
      series: bucketsBetween(asked.fromMs, nowMs, bucketMs).map((startMs) => ({
        start: isoTime(startMs),
        ...view(byBucket.get(startMs) ?? []),
      })),
    },
  };
});

/** The starts of the buckets, aligned to the clock, from the one that a time is in to the one that another is in. */
function bucketsBetween(fromMs: number, toMs: number, bucketMs: number): number[] {
  const firstMs = fromMs - (fromMs % bucketMs);
  return Array.from({ length: Math.floor((toMs - firstMs) / bucketMs) + 1 }, (_, index) => firstMs + index * bucketMs);
}
