import type { PythonProgram } from '../install-program.ts';

/** An AWS emulator that is a Python program, as {@link startEmulator} installs and runs it. */
export interface Emulator extends PythonProgram {
  /** The arguments and the environment with which it serves this port of 127.0.0.1. */
  launch(port: number): { parameters: string[]; environment: Record<string, string> };
  /** The path that answers with status 200 when it is ready. */
  readyPath: string;
  /** Told to it once when it is ready: the JSON is posted to the path. */
  configuration?: { path: string; body: unknown };
  /** Test files that it can't run at all, as a glob, and why. */
  leftOut?: { tests: string; reason: string };
  gaps: Gap[];
}

/** A case that the emulator fails because it is not like AWS. */
export interface Gap {
  /** The file of the case, from the project's root. */
  file: string;
  /** The case's name, without those of the groups around it. */
  test: string;
  /** Part of the message with which it fails, so that it does not fail for another reason unseen. */
  fails: string;
  /** What the emulator does other than AWS. */
  reason: string;
}
