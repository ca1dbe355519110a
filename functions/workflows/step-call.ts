import * as z from 'zod';
import type { Json } from '../../backend/backend.ts';
import { UpstreamError, UpstreamNonsense } from '../../platform/upstream/errors.ts';
import type { UpstreamRequest } from '../../platform/upstream/request.ts';
import type { Method, WorkflowStep } from './definition.ts';
import { isAtMostDeep, levelsMax } from './json-value.ts';
import type { WorkflowRun } from './workflow-run.ts';

/** What a step sends, with its templates filled in. */
export interface StepCall {
  method: Method;
  path: string;
  body: Json | undefined;
}

/** One call of a step's service: its answer, as JSON or else as text, or why there was none. */
export async function callService(
  { home, upstream, execution, callsEndMs }: WorkflowRun,
  step: WorkflowStep,
  { method, path, body }: StepCall,
): Promise<{ output: Json } | UpstreamError> {
  const request: UpstreamRequest<unknown> = {
    service: step.service,
    method,
    path,
    ...(body === undefined ? {} : { body }),
    format: 'any',
    schema: z.unknown(),
    timeoutMs: Math.min(step.timeout_seconds * 1000, callsEndMs - home.backend.clock.now()),
    idempotencyKey: `${execution.id}:${step.name}`,
    requestId: `${execution.id}:${step.name}`,
    triesMax: 1,
  };
  try {
    const output = ((await upstream.call(request)) ?? null) as Json;
    return !isAtMostDeep(output, levelsMax) ? tooDeep(request) : { output };
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
}

function tooDeep({ service, method, path }: UpstreamRequest<unknown>): UpstreamError {
  const message = `${method} ${path} answered with more than ${levelsMax} levels`;
  return new UpstreamNonsense(message, { service, isRetryable: false, mayHaveBeenSent: true });
}
