import type * as z from 'zod';
import type { Access, MachineName, QueueName } from '../../backend/resources.ts';
import type { ErrorCode } from './errors.ts';
import type { RateLimitCategory } from './rate-limit.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One way to answer: its status and the schema of its body, null where it has none. */
export interface Answer {
  status: number;
  description: string;
  body: z.ZodType | null;
  /** Media type of the body; JSON where left out. */
  contentType?: string;
  headers?: Record<string, string>;
}

/**
 * One endpoint as plain data. Validation, handler types, the OpenAPI document, the CDK routes and roles and the
 * embedded router all derive from it. The handler is the export named `operationId` of the file of the same name in
 * kebab-case, in the folder of the domain.
 */
export interface Contract {
  operationId: string;
  /** The folder in functions/ that the endpoint belongs to; also its tag in the OpenAPI document. */
  domain: string;
  method: Method;
  /** Path with `{parameters}`. */
  path: string;
  summary: string;
  description?: string;
  /** `bearer`: always; `probe`: bearer unless the deployment opens its probes; `none`: public. */
  auth: 'bearer' | 'probe' | 'none';
  rateLimit: RateLimitCategory | 'none';
  /** Whether `Idempotency-Key` is honoured. */
  isIdempotent?: boolean;
  parameters?: z.ZodObject;
  query?: z.ZodObject;
  /** Request headers that it reads, by their names in lower case; others are not looked at. */
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** What the OpenAPI document shows of a body that the handler checks itself, and `body` lets through. */
  bodyShown?: z.ZodType;
  /**
   * The handler gets the body as it was sent, in `context.rawBody`, of whatever media type: for signatures, which are made
   * over bytes. Instead of `body`; the handler refuses what it does not understand.
   */
  isBodyRaw?: boolean;
  /** Ways to succeed, by the name that the handler uses. */
  answers: Record<string, Answer>;
  /** Codes beyond those that every endpoint can answer. */
  errors: ErrorCode[];
  /** How long an answer may take, in ms; API Gateway's own bound is 29,000. */
  timeoutMs: number;
  access: Access;
}

/** Keeps the literal types of a contract, from which the handler's types are derived. */
export function defineContract<const C extends Contract>(contract: C): C {
  return contract;
}

/** A function that is called by a state machine, a queue or a schedule, as plain data. Its handler is found by `name` in camelCase. */
export interface TaskContract {
  /** Kebab-case; the file in functions/<domain>/tasks/ and the Lambda function carry it. */
  name: string;
  domain: string;
  summary: string;
  trigger:
    | { type: 'state-machine'; machine: MachineName; placeholder: string }
    | { type: 'queue'; queue: QueueName }
    /** Called with batches of what functions measured: on AWS from their logs, else by the process itself. */
    | { type: 'readings' }
    | {
        type: 'schedule';
        everyMinutes: number;
        /** The setting that says how often it runs within the minute, where once is not enough. */
        everySeconds?: 'probeIntervalSeconds' | 'scrapeIntervalSeconds';
        /** Someone must look when it has not been called for so many minutes: nothing else would tell. */
        silenceAlarmMinutes?: number;
      };
  timeoutMs: number;
  /** Memory of the Lambda function, in MB, where the project's default is not enough. */
  memoryMegabytes?: number;
  access: Access;
}

export function defineTask<const T extends TaskContract>(task: T): T {
  return task;
}

/** The access of an endpoint with what the endpoint core itself needs: rate limits and idempotency keys. */
export function accessOf(contract: Contract): Access {
  if (contract.rateLimit === 'none' && !contract.isIdempotent) return contract.access;
  const requests = contract.isIdempotent ? 'read-write-delete' : 'write';
  return { ...contract.access, tables: { ...contract.access.tables, requests } };
}
