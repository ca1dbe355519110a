/** Bytes of a size such as `512m`: moby's units b, k, m and g are powers of 1024, and a bare number counts bytes. */
export function bytesOfSize(size: string): number {
  const [, count = '', unit = ''] = /^(\d+)([bkmg]?)$/i.exec(size) ?? [];
  return Number(count) * 1024 ** Math.max(0, 'bkmg'.indexOf(unit.toLowerCase()));
}

/** Billionths of a processor, as the engine counts them, of a number of processors such as `0.5`. */
export function nanoCpusOf(processors: string): number {
  return Math.round(Number(processors) * 1e9);
}
