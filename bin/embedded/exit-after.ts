interface ExitOptions {
  /** Longest that the work may take, in ms. */
  limitMs: number;
  exit(code: number): void;
  /** Says why the code is not 0. */
  complain(line: string): void;
}

/**
 * Ends the process with 0 when the work has ended. With 1, and a line that says why, when it fails or takes longer than the
 * limit; the timer alone keeps no process alive.
 */
export async function exitAfter(work: Promise<void>, { limitMs, exit, complain }: ExitOptions): Promise<void> {
  const late = setTimeout(() => {
    complain(
      `Stopped with work still under way after ${limitMs / 1000} s. The next start goes on with it, as after a crash.`,
    );
    exit(1);
  }, limitMs);
  late.unref();
  try {
    await work;
    clearTimeout(late);
    exit(0);
  } catch (error) {
    clearTimeout(late);
    complain(`Stopping failed: ${error instanceof Error ? error.message : String(error)}`);
    exit(1);
  }
}
