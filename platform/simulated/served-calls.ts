import type { DatabaseSync } from 'node:sqlite';

/** Bounds of the histograms of how long calls took, in seconds: those that client libraries begin with. */
export const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** So many calls of a route that were answered with a status within a bound of {@link durationBounds}, or beyond all. */
export interface ServedCalls {
  /** `METHOD /path/:parameter`. */
  route: string;
  status: number;
  /** Index of the bound. */
  bucket: number;
  count: number;
  seconds: number;
}

/** What services count of the calls they answered. A service counts anew when its container starts. */
export interface ServedCounters {
  count(service: string, sinceMs: number, call: { route: string; status: number; seconds: number }): void;
  since(service: string, sinceMs: number): ServedCalls[];
}

/** Counters that outlive the process, as those of a container outlive that of another. */
export function createServedCounters(database: DatabaseSync): ServedCounters {
  const add = database.prepare(`
    INSERT INTO served (service, since, route, status, bucket, count, seconds) VALUES (?, ?, ?, ?, ?, 1, ?)
    ON CONFLICT DO UPDATE SET count = count + 1, seconds = seconds + excluded.seconds`);
  const forget = database.prepare('DELETE FROM served WHERE service = ? AND since < ?');
  const select = database.prepare(
    'SELECT route, status, bucket, count, seconds FROM served WHERE service = ? AND since = ? ORDER BY route, status, bucket',
  );
  const latest = new Map<string, number>();
  return {
    count(service, sinceMs, { route, status, seconds }) {
      if (latest.get(service) !== sinceMs) forget.run(service, sinceMs);
      latest.set(service, sinceMs);
      const found = durationBounds.findIndex((bound) => seconds <= bound);
      add.run(service, sinceMs, route, status, found < 0 ? durationBounds.length : found, seconds);
    },
    since: (service, sinceMs) =>
      select.all(service, sinceMs).map((row) => ({
        route: String(row['route']),
        status: Number(row['status']),
        bucket: Number(row['bucket']),
        count: Number(row['count']),
        seconds: Number(row['seconds']),
      })),
  };
}
