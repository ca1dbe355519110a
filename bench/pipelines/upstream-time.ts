/** How long something was awaited from upstream services. */
export interface UpstreamTime {
  /** Milliseconds during which at least one call was under way. */
  totalMs(): number;
  /** Calls so far. */
  calls(): number;
  restore(): void;
}

/** Wraps `fetch` and measures the time from the call until the whole answer is there; calls that overlap count once. */
export function measureUpstreamTime(): UpstreamTime {
  const original = globalThis.fetch;
  let totalMs = 0;
  let calls = 0;
  let underWay = 0;
  let sinceMs = 0;
  globalThis.fetch = async (...parameters) => {
    calls += 1;
    if (underWay === 0) sinceMs = performance.now();
    underWay += 1;
    try {
      const { status, headers, body } = await original(...parameters);
      const bytes = body && (await new Response(body).arrayBuffer());
      return new Response(bytes, { status, headers });
    } finally {
      underWay -= 1;
      if (underWay === 0) totalMs += performance.now() - sinceMs;
    }
  };
  return {
    totalMs: () => totalMs,
    calls: () => calls,
    restore() {
      globalThis.fetch = original;
    },
  };
}
