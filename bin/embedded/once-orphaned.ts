/** How often it is looked; in ms. A server that nobody asked to stay may stay so long. */
const lookMs = 500;

/**
 * Calls back once when the parent of this process is gone. For what npm starts: npm passes a signal on to its shell, and the
 * shell ends without passing it on.
 */
export function onceOrphaned(callback: () => void, parent = { pid: () => process.ppid }): void {
  const first = parent.pid();
  const timer = setInterval(() => {
    if (parent.pid() === first) return;
    clearInterval(timer);
    callback();
  }, lookMs);
  timer.unref();
}
