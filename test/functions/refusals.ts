import { expect, vi } from 'vitest';
import type { TableName } from '../../backend/resources.ts';
import { errorEnvelope } from '../../functions/core/schemas.ts';
import type { TestAnswer, TestApi, TestCall } from './open-api.ts';

/** One request of an endpoint, as the shared refusals send it. */
export interface TestRequest extends TestCall {
  method: string;
  path: string;
}

function send(api: TestApi, { method, path, ...call }: TestRequest, changes: TestCall = {}): Promise<TestAnswer> {
  return api.send(method, path, { ...call, ...changes });
}

/** Every refusal: its status and code in the one envelope, and the request's id in body and header. */
export function expectRefusal(answer: TestAnswer, status: number, code: string): void {
  expect([answer.status, answer.body?.error?.code]).toEqual([status, code]);
  expect(errorEnvelope.parse(answer.body).error.request_id).toBe(answer.headers.get('x-request-id'));
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
}

/** The endpoint answers 401 without a token and with a wrong one, and says which scheme it wants. */
export async function expectTokenRequired(api: TestApi, request: TestRequest): Promise<void> {
  for (const token of [null, 'wrong-token-0123456789']) {
    const answer = await send(api, request, { token });
    expectRefusal(answer, 401, 'UNAUTHORIZED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('x-ratelimit-limit')).toBeNull();
  }
}

/** The endpoint answers 429 to the call that is one beyond what its category allows. */
export async function expectLimited(api: TestApi, request: TestRequest, limit: number): Promise<void> {
  const answers: TestAnswer[] = [];
  for (let call = 0; call <= limit; call += 1) answers.push(await send(api, request));
  expect(answers.slice(0, limit).map(({ status }) => status)).not.toContain(429);
  const last = answers.at(-1) as TestAnswer;
  expectRefusal(last, 429, 'RATE_LIMITED');
  expect(last.headers.get('x-ratelimit-limit')).toBe(String(limit));
  expect(last.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
}

/** A fault behind the endpoint answers 500 that tells nothing of it, and the log tells all. */
export async function expectFaultHidden(api: TestApi, request: TestRequest, table: Exclude<TableName, 'sequences'>) {
  const spy = breakTable(api, table);
  const answer = await send(api, request);
  spy.mockRestore();
  expectRefusal(answer, 500, 'INTERNAL');
  expect(answer.text).not.toMatch(/provisioned|\.ts|stack/i);
  expect(answer.body.error.details).toBeUndefined();
  const requestId = answer.body.error.request_id;
  expect(api.home.logLines.some((line) => line.includes(requestId) && line.includes('provisioned'))).toBe(true);
}

function breakTable({ home }: TestApi, broken: string) {
  const fail = () => Promise.reject(new Error('the provisioned throughput was exceeded'));
  const table = home.backend.table.bind(home.backend);
  return vi.spyOn(home.backend, 'table').mockImplementation((name) => {
    if (name !== broken) return table(name);
    return { get: fail, put: fail, update: fail, delete: fail, query: fail };
  });
}

/** The endpoint answers 413 to a body of more than 256 KiB and 415 to one that is not JSON. */
export async function expectTooLarge(api: TestApi, request: TestRequest): Promise<void> {
  const body = JSON.stringify({ task: 'x'.repeat(256 * 1024) });
  expectRefusal(await send(api, request, { body }), 413, 'PAYLOAD_TOO_LARGE');
}

export async function expectJsonOnly(api: TestApi, request: TestRequest): Promise<void> {
  const answer = await send(api, request, { body: 'task=x', headers: { 'content-type': 'text/plain' } });
  expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
}
