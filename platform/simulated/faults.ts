import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

/** Failures that were asked for. They are kept in the database, so a restart of the stand-ins keeps them. */
export function createFaults(database: DatabaseSync): Faults {
  const insert = database.prepare(
    'INSERT INTO faults (service, match, fault, status, retry_after, remaining) VALUES (?, ?, ?, ?, ?, ?) RETURNING *',
  );
  const all = database.prepare('SELECT * FROM faults ORDER BY id');
  const live = database.prepare(
    'SELECT * FROM faults WHERE service = ? AND (remaining IS NULL OR remaining > 0) ORDER BY id',
  );
  const use = database.prepare('UPDATE faults SET remaining = remaining - 1 WHERE id = ?');
  const removeOne = database.prepare('DELETE FROM faults WHERE id = ?');
  const removeAll = database.prepare('DELETE FROM faults');
  return {
    add({ service, match, fault, status, retry_after, times }) {
      const row = insert.get(service, match ?? '', fault, status ?? null, retry_after ?? null, times ?? null);
      return faultRow.parse(row);
    },
    list: () => z.array(faultRow).parse(all.all()),
    remove(id) {
      return Number((id === undefined ? removeAll.run() : removeOne.run(id)).changes);
    },
    take(service, text, kinds) {
      const faults = z.array(faultRow).parse(live.all(service));
      const found = faults.find((row) => kinds.includes(row.fault) && text.includes(row.match));
      if (found) use.run(found.id);
      return found;
    },
  };
}

export interface Faults {
  add(request: FaultRequest): Fault;
  list(): Fault[];
  /** How many were removed; without an id, all. */
  remove(id?: number): number;
  /** The oldest fault of these kinds that the call matches, with one of its times used up. */
  take(service: string, text: string, kinds: readonly FaultKind[]): Fault | undefined;
}

/** Faults of the connection or the answer; they happen before the stand-in sees the call, `answer_lost` after. */
export const callFaults = ['error', 'hang', 'unreachable', 'rate_limited', 'nonsense', 'answer_lost'] as const;

/** Faults of the work that a call starts, taken when it is accepted; `gate_fails` also when a quality gate is read. */
export const workFaults = ['gate_fails', 'job_fails', 'never_finishes'] as const;

/** Faults of a service's probes: `slow` answers late, `not_ready` is alive and not ready. */
const probeFaults = ['slow', 'not_ready'] as const;

const faultKinds = [...callFaults, ...workFaults, ...probeFaults] as const;

export type FaultKind = (typeof faultKinds)[number];
export type Fault = z.infer<typeof faultRow>;
type FaultRequest = z.infer<typeof faultRequest>;

/** What `POST /faults` takes: `match` is part of method, path with query, and body; without `times` it is for always. */
export const faultRequest = z.strictObject({
  service: z.string().min(1),
  match: z.string().optional(),
  fault: z.enum(faultKinds),
  status: z.int().min(400).max(599).optional(),
  times: z.int().min(1).optional(),
  retry_after: z.int().min(0).optional(),
});

const faultRow = z.object({
  id: z.int(),
  service: z.string(),
  match: z.string(),
  fault: z.enum(faultKinds),
  status: z.int().nullable(),
  retry_after: z.int().nullable(),
  remaining: z.int().nullable(),
});
