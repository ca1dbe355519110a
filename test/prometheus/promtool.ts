import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What promtool came to: 0 and nothing said means that it has nothing to complain of. */
export interface Verdict {
  status: number | null;
  /** All that it printed, on both streams. */
  said: string;
}

/** Runs promtool, which Debian's prometheus brings, with this on its standard input. Throws where it is missing. */
export async function promtool(parameters: readonly string[], input = ''): Promise<Verdict> {
  const child = spawn('promtool', parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  child.stdin.end(input);
  const [said, [status]] = await Promise.all([Promise.all([text(child.stdout), text(child.stderr)]), ended]);
  return { status, said: said.join('') };
}
