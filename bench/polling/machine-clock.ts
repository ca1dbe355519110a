/** Milliseconds on the clock that all processes of a machine share, from some moment in the past. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
