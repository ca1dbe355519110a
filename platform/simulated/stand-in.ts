import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { Fault, FaultKind } from './faults.ts';
import type { Work, WorkOrder, WorkRow } from './work.ts';

/** One service's part of the simulated platform: its routes (`METHOD /path/:parameter`) and its own metrics, if any. */
export interface StandIn {
  routes: Record<string, Route>;
  /** Prometheus text that is added to what it counts of its calls. */
  metrics?: (instance: Instance) => string;
}

/** A service since its container started. */
export interface Instance {
  world: World;
  /** Epoch ms. */
  startedMs: number;
  /** How often a call counted this since then. */
  counted(name: string): number;
}

export type Route = (call: Call) => Reply;

/** What a route is given: the call, the world it may change, and the time that both are judged at. */
export interface Call {
  service: string;
  params: Record<string, string | undefined>;
  query: URLSearchParams;
  body: unknown;
  now: number;
  world: World;
  /** Counts once more what the service counts since its container started. */
  count(name: string): void;
  /** Uses up a fault of this kind that was asked for and that the call matches. */
  takeFault(kind: FaultKind): Fault | undefined;
  /** Accepts work for this call, once for its idempotency key. */
  accept(order: Pick<WorkOrder, 'kind' | 'subject' | 'request' | 'durationMs'>): WorkRow;
}

export interface World {
  work: Work;
  counters: Counters;
  services: readonly string[];
}

export interface Reply {
  /** 200 unless told. */
  status?: number;
  /** Sent as JSON; a string is sent as plain text, and undefined as no body. */
  body?: unknown;
  /** Shortest and longest time the call takes, before scaling; a few milliseconds unless told. */
  takesMs?: readonly [number, number];
  headers?: Record<string, string>;
  /** True for an answer that never comes: the connection stays open, silent. */
  isWithheld?: boolean;
  /** True for an answer that is lost: the connection breaks instead. */
  isLost?: boolean;
}

/** Ends a route with the platform's error envelope. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The call's body as the schema has it; throws a 400 {@link Refusal} that names the fields otherwise. */
export function bodyOf<Body>(schema: z.ZodType<Body>, call: Call): Body {
  const parsed = schema.safeParse(call.body);
  if (parsed.success) return parsed.data;
  throw new Refusal(400, 'BAD_REQUEST', z.prettifyError(parsed.error).replaceAll('\n', ' '));
}

/** What was found, or a 404 {@link Refusal}. */
export function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Refusal(404, 'NOT_FOUND', `There is no such ${what}.`);
  return thing;
}

export interface Counters {
  add(name: string, amount: number): void;
  get(name: string): number;
}

/** Counters that outlive the process. */
export function createCounters(database: DatabaseSync): Counters {
  const add = database.prepare(
    'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
  );
  const get = database.prepare('SELECT value FROM counters WHERE name = ?');
  return {
    add: (name, amount) => void add.run(name, amount),
    get: (name) => Number(get.get(name)?.['value'] ?? 0),
  };
}

/** Epoch ms as the platform's own services write times. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
