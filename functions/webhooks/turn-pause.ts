/** The longest that a delivery waits before it asks for a slot again, in seconds: of a webhook that fails, and of another. */
const turnSecondsMax = { failing: 30, other: 8 };

/**
 * How many seconds a delivery waits for its turn: the longer the more it has waited, and not as long as others that came with
 * it. `random` is from 0 to 1.
 */
export function turnSeconds({ waited, isFailing }: { waited: number; isFailing: boolean }, random: number): number {
  const seconds = isFailing ? turnSecondsMax.failing : Math.min(turnSecondsMax.other, Math.max(1, waited));
  return Math.max(1, Math.round(seconds * (0.5 + random / 2)));
}
