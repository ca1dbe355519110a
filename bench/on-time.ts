/**
 * Calls back after so many ms, within some microseconds: a timer alone is 0.1 to 0.4 ms late, which would count as the
 * orchestrator's. So it rests until the last millisecond, and then looks at the clock in each turn.
 */
export function onTime(delayMs: number, callback: () => void): void {
  const dueMs = performance.now() + delayMs;
  const look = () => {
    if (performance.now() < dueMs) setImmediate(look);
    else callback();
  };
  setTimeout(look, Math.max(0, delayMs - 1));
}
