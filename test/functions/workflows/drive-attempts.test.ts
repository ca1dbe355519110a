import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectionRefused } from '../pipelines/scripted-upstream.ts';
import { type DriverScenario, openDriverScenario, refusal, type Services, type StepGiven } from './driver-scenario.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());
beforeEach(() => void scenario.home.clock.advance(60_000));
afterEach(() => void vi.restoreAllMocks());

/** Runs one step to its end. */
async function run(step: Omit<StepGiven, 'name'>, services: Services) {
  scenario.serve(services);
  const end = await scenario.toEnd(await scenario.execution([{ name: 'only', ...step }]));
  const [first, ...others] = scenario.calls.map(({ atMs }) => atMs);
  const waitsMs = others.map((atMs, index) => atMs - ([first, ...others][index] ?? 0));
  return { ...end, only: end.steps['only'], calls: scenario.calls.length, waitsMs };
}

const retry = { max_attempts: 3, backoff_seconds: 2 };
const callsOf = async (action: string, attempts: { max_attempts?: number } = {}) =>
  (await run({ action, retry: { backoff_seconds: 0, ...attempts } }, () => refusal(503))).calls;
const brokenConnection = () => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });

/** AbortSignal.timeout, over at once; gives the times that were asked for. */
function timeoutsAreOver(): number[] {
  const asked: number[] = [];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    asked.push(ms);
    return AbortSignal.abort(new DOMException('The time was up.', 'TimeoutError'));
  });
  return asked;
}

describe('a step whose service fails', () => {
  it.each([429, 502, 503, 504])('with %s is called again until it succeeds', async (status) => {
    const { only, calls } = await run({ retry }, ({ nth }) => (nth < 3 ? refusal(status) : undefined));
    expect([only?.status, only?.attempts, calls]).toEqual(['completed', 3, 3]);
    expect(only).toMatchObject({ error: null, nextAttemptMs: null });
  });

  it.each([400, 401, 404, 409, 422, 301, 500, 501])('with %s is not called again', async (status) => {
    const { only, execution, calls } = await run({ retry }, () => refusal(status));
    expect([only?.status, only?.attempts, calls]).toEqual(['failed', 1, 1]);
    expect(only?.error).toEqual({ code: 'STEP_FAILED', message: `api: GET / answered ${status}` });
    expect(execution).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED', step: 'only' } });
  });

  it.each([
    ['without a connection', connectionRefused],
    ['while it answers', brokenConnection],
  ])('%s is called again, and has failed when its attempts are used up', async (_, error) => {
    const { only, calls } = await run({ retry }, () => {
      throw error();
    });
    expect([only?.status, only?.attempts, calls]).toEqual(['failed', 3, 3]);
    expect(only?.error?.code).toBe('SERVICE_UNAVAILABLE');
  });

  it('has as many attempts as it says, or three', async () => {
    expect(await callsOf('GET /', { max_attempts: 1 })).toBe(1);
    expect(await callsOf('GET /', { max_attempts: 5 })).toBe(5);
    for (const method of ['GET', 'PUT', 'DELETE']) expect(await callsOf(`${method} /`)).toBe(3);
  });

  it('and that is a POST or PATCH is called again only where it says so', async () => {
    for (const method of ['POST', 'PATCH']) expect(await callsOf(`${method} /`)).toBe(1);
    expect(await callsOf('POST /', { max_attempts: 2 })).toBe(2);
  });

  it('has the same idempotency key in each attempt, its own in each execution', async () => {
    scenario.serve(({ nth }) => (nth < 3 ? refusal(503) : undefined));
    const ids = [
      await scenario.execution([{ name: 'only', retry }]),
      await scenario.execution([{ name: 'only', retry }]),
    ];
    for (const id of ids) await scenario.toEnd(id);
    const keys = scenario.calls.map(({ headers }) => headers.get('idempotency-key'));
    expect(new Set(keys)).toEqual(new Set(ids.map((id) => `${id}:only`)));
    expect(new Set(scenario.calls.map(({ headers }) => headers.get('x-request-id')))).toEqual(new Set(keys));
  });
});

describe('the pause before the next attempt', () => {
  it('is a wait of the state machine when it is longer than a second', async () => {
    const { nexts, waitsMs } = await run({ retry }, ({ nth }) => (nth < 3 ? refusal(503) : undefined));
    expect(nexts).toEqual([{ next: 'wait', wait_seconds: 2 }, { next: 'wait', wait_seconds: 2 }, { next: 'finish' }]);
    expect(waitsMs).toEqual([2000, 2000]);
  });

  it('is no call of the driver when there is none', async () => {
    const { nexts, only } = await run({ retry: { backoff_seconds: 0 } }, ({ nth }) =>
      nth < 3 ? refusal(503) : undefined,
    );
    expect(nexts).toEqual([{ next: 'finish' }]);
    expect(only?.attempts).toBe(3);
  });

  it.each([
    ['7', 7],
    ['1', 2],
    ['nonsense', 2],
    ['999999999', 3600],
  ])('with Retry-After: %s is %i s', async (value, seconds) => {
    const answer = refusal(429, { 'retry-after': value });
    const { waitsMs } = await run({ retry }, ({ nth }) => (nth === 1 ? answer : undefined));
    expect(waitsMs).toEqual([seconds * 1000]);
  });

  it('is until the time that Retry-After tells', async () => {
    const at = new Date(Math.ceil(scenario.home.clock.now() / 1000) * 1000 + 90_000);
    const answer = refusal(503, { 'retry-after': at.toUTCString() });
    await run({ retry }, ({ nth }) => (nth === 1 ? answer : undefined));
    expect(scenario.calls[1]?.atMs).toBeGreaterThanOrEqual(at.getTime());
    expect(scenario.calls[1]?.atMs).toBeLessThan(at.getTime() + 1000);
  });

  it('does not hold up other steps', async () => {
    scenario.serve(({ step, nth }) => (step === 'shaky' && nth === 1 ? refusal(503) : undefined));
    const line = ['a', 'b', 'c'].map((name, index, all) => ({ name, depends_on: all.slice(0, index) }));
    const { nexts } = await scenario.toEnd(await scenario.execution([{ name: 'shaky', retry }, ...line]));
    expect(scenario.calls.map(({ step }) => step)).toEqual(['shaky', 'a', 'b', 'c', 'shaky']);
    expect(nexts).toHaveLength(2);
  });
});

describe('the time of an attempt', () => {
  it('is what the step says, or 30 s, and is over for each attempt anew', async () => {
    const asked = timeoutsAreOver();
    const never: Services = (_, signal) => signal.throwIfAborted() as undefined;
    const { only, calls } = await run({ retry, timeout_seconds: 12 }, never);
    await run({ retry: { max_attempts: 1 } }, never);
    expect(asked).toEqual([12_000, 12_000, 12_000, 30_000]);
    expect(calls).toBe(3);
    expect(only).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'TIMEOUT' } });
    expect(only?.error?.message).toBe('api: GET / did not answer within 12000 ms');
  });

  it('is never longer than what the call of the driver has left, and steps that need all of it run beside each other', async () => {
    const asked = timeoutsAreOver();
    scenario.serve(() => undefined);
    const steps = ['a', 'b'].map((name) => ({ name, timeout_seconds: 900 }));
    const { nexts } = await scenario.toEnd(await scenario.execution(steps));
    expect(asked).toEqual([895_000, 895_000]);
    expect(nexts).toEqual([{ next: 'finish' }]);
  });
});

describe('an answer', () => {
  const answering = (body: string | null, status = 200) => run({}, () => new Response(body, { status }));

  it.each([
    ['JSON', '{"a":[1,null,"x"]}', { a: [1, null, 'x'] }],
    ['a JSON text', '"done"', 'done'],
    ['text', 'all is well', 'all is well'],
    ['HTML', '<html></html>', '<html></html>'],
    ['half of some JSON', '{"a":', '{"a":'],
    ['nothing', null, null],
    ['null', 'null', null],
    ['a large number', '12345678901234567890', 12345678901234567000],
  ])('that is %s is the output', async (_, body, output) => {
    const { only, execution } = await answering(body);
    expect([only?.status, execution.status]).toEqual(['completed', 'completed']);
    expect(await scenario.outputOf(only)).toEqual(output);
  });

  it('with 204 is a success without output', async () => {
    const { only } = await answering(null, 204);
    expect([only?.status, await scenario.outputOf(only)]).toEqual(['completed', null]);
  });

  it('of more than 4 MiB fails the step, and says so', async () => {
    const { only, calls } = await answering('x'.repeat(4 * 1024 * 1024 + 1));
    expect(only).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED' } });
    expect(only?.error?.message).toContain('more than 4194304 bytes');
    expect(calls).toBe(1);
  });

  it('of more levels than can be kept fails the step, and says so', async () => {
    const levels = 200_000;
    const { only, calls } = await answering('['.repeat(levels) + ']'.repeat(levels));
    expect(only).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED' } });
    expect(only?.error?.message).toContain('levels');
    expect(calls).toBe(1);
  });
});
