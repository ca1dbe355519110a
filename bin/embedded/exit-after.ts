import type { AlarmClock } from '../../backend/embedded/alarm-clock.ts';

interface ExitOptions {
  clock: AlarmClock;
  /** Longest that the work may take, in ms. */
  limitMs: number;
  exit(code: number): void;
  /** Says why the code is not 0. */
  complain(line: string): void;
}

/** Ends the process with 0 when the work has ended; with 1, and a line that says why, when it fails or takes longer than the limit. */
export async function exitAfter(work: Promise<void>, { clock, limitMs, exit, complain }: ExitOptions): Promise<void> {
  const callOff = clock.at(clock.now() + limitMs, () => {
    complain(
      `Stopped with work still under way after ${limitMs / 1000} s. The next start goes on with it, as after a crash.`,
    );
    exit(1);
  });
  try {
    await work;
    callOff();
    exit(0);
  } catch (error) {
    callOff();
    complain(`Stopping failed: ${error instanceof Error ? error.message : String(error)}`);
    exit(1);
  }
}
