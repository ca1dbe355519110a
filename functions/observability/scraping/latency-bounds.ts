/** Neighbours differ by a twelfth at most, so that a percentile read from them is at most so far off. */
const ratioMax = 1.09;

/**
 * Upper bounds of latency buckets in ms, ascending: 1, 2 and 5 times the powers of ten from 1 ms to 500 s, and between them
 * as many in equal ratios as are needed.
 */
export const latencyBoundsMs: readonly number[] = fineBounds();

function fineBounds(): number[] {
  const round = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((decade) => [1, 2, 5].map((step) => step * decade));
  return round.flatMap((bound, index) => {
    const below = round[index - 1];
    if (below === undefined) return [bound];
    const steps = Math.ceil(Math.log(bound / below) / Math.log(ratioMax));
    return Array.from({ length: steps }, (_, step) =>
      step === steps - 1 ? bound : below * (bound / below) ** ((step + 1) / steps),
    );
  });
}
