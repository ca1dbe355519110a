import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { type FaultKind, type Faults, workFaults } from './faults.ts';
import { spread } from './spread.ts';

/**
 * Everything that the stand-ins were asked to do and accepted, one row each: jobs as well as changes that are done at
 * once. A row is accepted once for an idempotency key of a service; what it is at any time follows from the row alone.
 */
export function createWork(database: DatabaseSync, faults: Faults, delayScale: number): Work {
  const byKey = database.prepare('SELECT * FROM work WHERE service = ? AND idempotency_key = ?');
  const byNumber = database.prepare('SELECT * FROM work WHERE service = ? AND kind = ? AND number = ?');
  const bySubject = database.prepare(
    'SELECT * FROM work WHERE service = ? AND kind = ? AND subject = ? ORDER BY number',
  );
  const byKind = database.prepare('SELECT * FROM work WHERE service = ? AND kind = ? ORDER BY number');
  const accepted = database.prepare('SELECT * FROM work WHERE is_preset = 0 AND instr(request, ?) > 0 ORDER BY number');
  const stop = database.prepare('UPDATE work SET stopped_at = ? WHERE number = ? AND stopped_at IS NULL');
  const insert = database.prepare(`
    INSERT INTO work (service, kind, subject, ordinal, request, idempotency_key, accepted_at, starts_at, ends_at, fault, is_preset)
    VALUES (?, ?, ?, 1 + (SELECT count(*) FROM work WHERE service = ? AND kind = ? AND subject = ?), ?, ?, ?, ?, ?, ?, ?)
    RETURNING *`);
  const rows = (found: unknown[]) => found.map((row) => workRow.parse(row));
  return {
    accept(order) {
      const { service, kind, subject = '', request, idempotencyKey = null, now } = order;
      const known = idempotencyKey === null ? undefined : byKey.get(service, idempotencyKey);
      if (known) return workRow.parse(known);
      const fault = faults.take(service, order.faultText ?? '', workFaults)?.fault ?? null;
      const [shortestMs, longestMs] = order.durationMs ?? [0, 0];
      const seed = `${service} ${now} ${JSON.stringify(request)}`;
      const durationMs = Math.round(spread(seed, shortestMs, longestMs) * delayScale);
      const startsAt = now + Math.round(durationMs * waitingShare);
      const endsAt = fault === 'never_finishes' ? null : now + durationMs;
      const place = [service, kind, subject] as const;
      const rest = [now, startsAt, endsAt, fault, order.isPreset ? 1 : 0];
      return workRow.parse(insert.get(...place, ...place, JSON.stringify(request), idempotencyKey, ...rest));
    },
    find(service, kind, number) {
      const row = byNumber.get(service, kind, number);
      return row && workRow.parse(row);
    },
    list: (service, kind, subject) =>
      rows(subject === undefined ? byKind.all(service, kind) : bySubject.all(service, kind, subject)),
    stop: (row, now) => void stop.run(now, row.number),
    accepted: (match) => rows(accepted.all(match)),
  };
}

/** Where a piece of work stands; nothing but its row and the time decide. */
export function workState(row: WorkRow, now: number): WorkState {
  if (row.stopped_at !== null) return 'stopped';
  if (row.ends_at !== null && now >= row.ends_at) return row.fault === 'job_fails' ? 'failed' : 'done';
  return now >= row.starts_at ? 'running' : 'waiting';
}

/** How far running work has come, from 0 to 1; work that never finishes stays half-way. */
export function workProgress(row: WorkRow, now: number): number {
  if (row.ends_at === null) return now >= row.starts_at ? 0.5 : 0;
  if (now >= row.ends_at) return 1;
  return Math.max(0, (now - row.starts_at) / (row.ends_at - row.starts_at));
}

export type WorkState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

export interface Work {
  /** The row of this order: the one accepted earlier for the same idempotency key, or a new one. */
  accept(order: WorkOrder): WorkRow;
  find(service: string, kind: string, number: number): WorkRow | undefined;
  /** Oldest first; of one subject or of all. */
  list(service: string, kind: string, subject?: string): WorkRow[];
  stop(row: WorkRow, now: number): void;
  /** Everything that was accepted from callers and whose request holds this text, oldest first. */
  accepted(match: string): WorkRow[];
}

export interface WorkOrder {
  service: string;
  kind: string;
  /** What it is about (a repository, a stack, …); `ordinal` counts the work on it. */
  subject?: string;
  request: unknown;
  idempotencyKey?: string | undefined;
  now: number;
  /** Shortest and longest time until it is done, before scaling; done at once unless told. */
  durationMs?: readonly [number, number];
  /** Method, path and body of the call, for matching faults. */
  faultText?: string;
  /** True for what the stand-ins bring themselves. */
  isPreset?: boolean;
}

export type WorkRow = Omit<z.infer<typeof workRow>, 'fault'> & { fault: FaultKind | null };

/** Share of a job's time that it waits in the queue before it runs. */
const waitingShare = 0.1;

const workRow = z.object({
  number: z.int(),
  service: z.string(),
  kind: z.string(),
  subject: z.string(),
  ordinal: z.int(),
  request: z.string().transform((text): unknown => JSON.parse(text)),
  idempotency_key: z.string().nullable(),
  accepted_at: z.int(),
  starts_at: z.int(),
  ends_at: z.int().nullable(),
  fault: z.enum(workFaults).nullable(),
  stopped_at: z.int().nullable(),
});
