import {
  ContainerError,
  ContainerFailed,
  ContainerHostUnreachable,
  ContainerMissing,
  ContainerRefused,
} from './container-engine.ts';

interface Attempt {
  host: string;
  /** Completes "could not …". */
  action: string;
  timeoutMs: number;
}

/** What a failed call means. An engine's own message is quoted, shortened; a proxy's page in its place is not. */
export function containerFailure(error: unknown, { host, action, timeoutMs }: Attempt): ContainerError {
  if (error instanceof ContainerError) return error;
  const status = statusOf(error);
  if (status === undefined) {
    const why = isTimeout(error) ? `no answer within ${timeoutMs} ms` : reasonOf(error);
    return new ContainerHostUnreachable(
      `The container host ${host} cannot be reached to ${action}: ${why}`,
      host,
      error,
    );
  }
  const message = messageOf(error);
  const text = `The container host ${host} could not ${action}: ${status}${message === '' ? '' : ` ${message}`}`;
  if ([502, 503, 504].includes(status)) return new ContainerHostUnreachable(text, host, error);
  if (status === 404 && /no such container/i.test(message)) return new ContainerMissing(text, host, error);
  return status >= 500 || status === 409
    ? new ContainerFailed(text, host, error)
    : new ContainerRefused(text, host, error);
}

/** The status of an answer that the engine gave, or undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

const messageCharactersMax = 300;

function messageOf(error: unknown): string {
  const answer = error instanceof Error && 'json' in error ? error.json : undefined;
  const message = typeof answer === 'object' && answer !== null && 'message' in answer ? answer.message : '';
  return typeof message === 'string' ? message.trim().slice(0, messageCharactersMax).toWellFormed() : '';
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
