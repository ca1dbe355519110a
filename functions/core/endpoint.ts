import type * as z from 'zod';
import type { Backend } from '../../backend/backend.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import type { ContainerHosts } from '../../platform/containers/container-engine.ts';
import type { Prober } from '../../platform/probing/prober.ts';
import type { Receivers } from '../../platform/receivers/receivers.ts';
import type { Contract } from './contract.ts';
import type { Meter } from './figures.ts';
import type { IdPrefix } from './ids.ts';
import type { Log } from './log.ts';
import type { FunctionSettings } from './settings.ts';

/** What every function has: the ports, the deployment's settings and a log. */
export interface Home {
  backend: Backend;
  settings: FunctionSettings;
  log: Log;
  /** Takes what the function measures of itself. */
  meter: Meter;
  /** The services of the platform. */
  catalogue: Catalogue;
  /** For functions that declare `access.probes`. */
  prober: Prober;
  /** For functions that declare `access.containers`. */
  containers: ContainerHosts;
  /** For functions that declare `access.receivers`; with `check` it posts nothing. */
  receivers: Receivers;
  /** When this process or function instance started, in epoch ms. */
  startedMs: number;
}

/** What an endpoint knows of the call beside its input. */
export interface EndpointContext extends Home {
  requestId: string;
  /** Who calls: a fingerprint of the token, never the token. */
  principal: string;
  /** What the caller's paths begin with before those of the contracts, such as `/v1`; empty where they begin with nothing. */
  basePath: string;
  /** The body byte for byte, at most 256 KiB: for contracts with `isBodyRaw`. Others get theirs parsed. */
  rawBody: Uint8Array;
  /** A new id; under an Idempotency-Key the same one at every attempt, so that an attempt after a crash finishes the first. */
  newId(prefix: IdPrefix): string;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface EndpointInput<C extends Contract> {
  parameters: Parsed<C['parameters']>;
  query: Parsed<C['query']>;
  headers: Parsed<C['headers']>;
  body: Parsed<C['body']>;
}

/** One of the contract's answers by name. */
export type Reply<C extends Contract> = {
  [Name in keyof C['answers']]: {
    answer: Name;
    body: C['answers'][Name]['body'] extends z.ZodType ? z.input<C['answers'][Name]['body']> : null;
    headers?: Record<string, string>;
  };
}[keyof C['answers']];

export interface Endpoint<C extends Contract = Contract> {
  contract: C;
  handle(input: EndpointInput<C>, context: EndpointContext): Promise<Reply<C>>;
}

/** An endpoint that stands for any other, as routers and adapters hold it. */
// biome-ignore lint/suspicious/noExplicitAny: the input's type is each contract's own; the core validates before it calls.
export type AnyEndpoint = { contract: Contract; handle(input: any, context: EndpointContext): Promise<AnyReply> };

export interface AnyReply {
  answer: PropertyKey;
  body: unknown;
  headers?: Record<string, string>;
}

/** Binds a contract to what it does. Throw an ApiError to refuse; anything else that is thrown answers 500. */
export function endpoint<C extends Contract>(contract: C, handle: Endpoint<C>['handle']): Endpoint<C> {
  return { contract, handle };
}
