export interface BatchBounds {
  countMax: number;
  bytesMax: number;
}

/**
 * The items in order, cut into batches within both bounds. An item that is over `bytesMax` alone stands alone, so that
 * the service names it in its refusal.
 */
export function batches<T>(items: T[], bytesOf: (item: T) => number, { countMax, bytesMax }: BatchBounds): T[][] {
  const result: T[][] = [];
  let bytesInLast = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = result.at(-1);
    if (last && last.length < countMax && bytesInLast + bytes <= bytesMax) {
      last.push(item);
      bytesInLast += bytes;
    } else {
      result.push([item]);
      bytesInLast = bytes;
    }
  }
  return result;
}
