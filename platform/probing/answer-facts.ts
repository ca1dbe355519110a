import * as z from 'zod';

/** Fields as services name them; each is looked at by itself, so that nonsense in one does not hide the others. */
const answer = z.object({
  version: z
    .string()
    .regex(/^[\w.+-]{1,64}$/)
    .optional()
    .catch(undefined),
  uptime_seconds: seconds(),
  uptime: seconds(),
  started_at: z.iso.datetime({ offset: true }).optional().catch(undefined),
});

/** Version and start that a health answer tells, if it is JSON and tells any. */
export function answerFacts(text: string, nowMs: number): { version?: string; startedMs?: number } {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success) return {};
  const { version, uptime_seconds, uptime, started_at } = parsed.data;
  const upSeconds = uptime_seconds ?? uptime;
  const startedMs = started_at
    ? Date.parse(started_at)
    : upSeconds === undefined
      ? undefined
      : nowMs - upSeconds * 1000;
  return {
    ...(version === undefined ? {} : { version }),
    ...(startedMs === undefined || startedMs > nowMs ? {} : { startedMs: Math.round(startedMs) }),
  };
}

/** Up to some thirty years: what is more is not an uptime in seconds. */
function seconds() {
  return z.number().min(0).max(1e9).optional().catch(undefined);
}

function jsonOf(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
