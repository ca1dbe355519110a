import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../backend/backend.ts';
import type { StepRecord } from '../../../functions/workflows/execution.ts';
import { keptValue } from '../../../functions/workflows/large-value.ts';
import { type DriverScenario, openDriverScenario, refusal, type StepGiven } from './driver-scenario.ts';

let scenario: DriverScenario;
beforeAll(async () => {
  scenario = await openDriverScenario();
});
afterAll(() => scenario.home.close());
beforeEach(() => void scenario.home.clock.advance(60_000));

/** Runs steps to their end; each answers what is given for it. */
async function run(steps: StepGiven[], { event = {}, answers = {} }: { event?: Json; answers?: Record<string, Json> }) {
  scenario.serve(({ step }) => Response.json(answers[step] ?? {}));
  return scenario.toEnd(await scenario.execution(steps, event));
}

const sent = (step: string) => scenario.calls.find((call) => call.step === step);
const inputOf = (record: StepRecord | undefined) => record?.input && keptValue(scenario.home.backend, record.input);
const post = 'POST /';

describe('what a step sends', () => {
  it('holds values of the event and of steps before it, with their types, in its body and its path', async () => {
    const after = {
      name: 'after',
      depends_on: ['before'],
      action: 'POST /files/{{event.path}}?n={{steps.before.output.n}}',
      input: {
        whole: '{{steps.before.output}}',
        text: 'is {{steps.before.output.n}}',
        status: '{{steps.before.status}}',
        list: ['{{event.tags}}', '{{event.none | default("x")}}'],
      },
    };
    const event = { path: 'a/../b', tags: ['t'] };
    const { execution } = await run([{ name: 'before' }, after], { event, answers: { before: { n: 7 } } });
    expect(execution.status).toBe('completed');
    expect(sent('after')).toMatchObject({ method: 'POST', path: '/files/a%2F..%2Fb?n=7' });
    const body = { whole: { n: 7 }, text: 'is 7', status: 'completed', list: [['t'], 'x'] };
    expect(sent('after')?.body).toEqual(body);
  });

  it('is no body where the step has none', async () => {
    await run([{ name: 'bare', action: post }], {});
    expect(sent('bare')?.body).toBeUndefined();
    expect(sent('bare')?.headers.has('content-type')).toBe(false);
  });

  it('holds the text that a step before it answered', async () => {
    scenario.serve(({ step }) => (step === 'a' ? new Response('plain {{event.x}}') : undefined));
    const b = { name: 'b', depends_on: ['a'], action: post, input: { text: '{{steps.a.output}}' } };
    await scenario.toEnd(await scenario.execution([{ name: 'a' }, b], { x: 'rendered twice' }));
    expect(sent('b')?.body).toEqual({ text: 'plain {{event.x}}' });
  });

  it('holds the error of a step that failed and was passed over', async () => {
    scenario.serve(({ step }) => (step === 'a' ? refusal(404) : undefined));
    const input = { status: '{{steps.a.status}}', code: '{{steps.a.error.code}}', output: '{{steps.a.output}}' };
    const b = { name: 'b', depends_on: ['a'], action: post, input };
    const { execution } = await scenario.toEnd(await scenario.execution([{ name: 'a', continue_on_error: true }, b]));
    expect(sent('b')?.body).toEqual({ status: 'failed', code: 'STEP_FAILED', output: null });
    expect(execution.status).toBe('completed');
  });

  it.each([
    ['its body', { action: post, input: { deep: [{ x: '{{event.commit.author}}' }] } }],
    ['its path', { action: 'GET /by/{{event.commit.author}}' }],
    ['its condition', { when: { value: '{{event.commit.author}}', equals: 'x' } }],
  ])('lacks a value in %s: the step has failed without a call, and names the path', async (_, step) => {
    const { steps, execution } = await run(
      [
        { name: 'only', ...step },
        { name: 'next', depends_on: ['only'] },
      ],
      {},
    );
    expect(scenario.calls).toEqual([]);
    const error = { code: 'TEMPLATE_FAILED', message: '{{event.commit.author}} has no value' };
    expect(steps['only']).toMatchObject({ status: 'failed', attempts: 0, error });
    expect(steps['next']).toMatchObject({ status: 'skipped', skipReason: 'dependency_failed' });
    expect(execution).toMatchObject({ status: 'failed', error: { ...error, step: 'only' } });
  });
});

describe('the condition of a step', () => {
  it.each<[string, Json, Record<string, Json>, boolean]>([
    ['equals', 'main', { equals: 'main' }, true],
    ['equals', 'dev', { equals: 'main' }, false],
    ['not_equals', 'dev', { not_equals: 'main' }, true],
    ['greater_than', 8, { greater_than: 7 }, true],
    ['greater_than', '8', { greater_than: 7 }, false],
    ['less_than', 7, { less_than: 7 }, false],
    ['in', 'b', { in: ['a', 'b'] }, true],
    ['exists', null, { exists: true }, false],
    ['exists', 0, { exists: true }, true],
  ])(
    '%s of %j is judged, and a step whose condition is not met is skipped with what depends on it',
    async (_, value, comparison, isMet) => {
      const when = { value: '{{steps.a.output.v}}', ...comparison };
      const steps = [{ name: 'a' }, { name: 'b', depends_on: ['a'], when }, { name: 'c', depends_on: ['b'] }];
      const end = await run(steps, { answers: { a: { v: value } } });
      expect(end.execution).toMatchObject({ status: 'completed', error: null });
      expect(end.steps['b']).toMatchObject(
        isMet ? { status: 'completed' } : { skipReason: 'condition_not_met', attempts: 0 },
      );
      expect(end.steps['c']).toMatchObject(isMet ? { status: 'completed' } : { skipReason: 'dependency_skipped' });
    },
  );

  it('can ask whether there is a value at all', async () => {
    const of = (exists: boolean) => ({ name: `e${exists}`, when: { value: '{{event.none}}', exists } });
    const { steps } = await run([of(true), of(false)], {});
    expect([steps['etrue']?.status, steps['efalse']?.status]).toEqual(['skipped', 'completed']);
  });
});

describe('secrets', () => {
  const event = { key: 'k3y-of-the-event', url: 'https://user:p4ss@host/' };

  it('are sent as they are, and stored masked', async () => {
    const input = { api_key: '{{event.key}}', nested: [{ password: 'h1dden', url: '{{event.url}}' }], plain: 'shown' };
    const { steps } = await run([{ name: 'only', action: 'POST /?token={{event.key}}', input }], { event });
    expect(sent('only')?.path).toBe('/?token=k3y-of-the-event');
    expect(sent('only')?.body).toEqual({
      api_key: event.key,
      nested: [{ password: 'h1dden', url: event.url }],
      plain: 'shown',
    });
    expect(await inputOf(steps['only'])).toEqual({
      path: '/?token=***',
      body: { api_key: '***', nested: [{ password: '***', url: 'https://user:***@host/' }], plain: 'shown' },
    });
  });

  it.each([
    ['a refusal', () => refusal(400)],
    ['a broken connection', () => Promise.reject(new TypeError('fetch failed'))],
  ])('in a query are left out of what is told of %s', async (_, answer) => {
    scenario.serve(answer);
    const step = { name: 'only', action: 'POST /?token={{event.key}}&page=2' };
    const { steps, execution } = await scenario.toEnd(await scenario.execution([step], event));
    expect(steps['only']?.error?.message).toContain('POST /');
    expect(JSON.stringify([steps, execution.error, scenario.home.published])).not.toContain(event.key);
  });
});

describe('values larger than 8 KiB', () => {
  const large = 'x'.repeat(9000);
  const steps = [
    { name: 'a', action: post, input: { large: '{{event.large}}' } },
    { name: 'b', depends_on: ['a'], action: post, input: { copy: '{{steps.a.output.large}}' } },
    { name: 'c', depends_on: ['a', 'b'], action: post, input: { sum: '{{steps.a.output.large}}{{steps.b.output}}' } },
  ];
  const answers: Record<string, Json> = { a: { large }, b: 'small' };

  it('stand in the object store, and are read from there by steps and by the next call of the driver', async () => {
    const retry = { max_attempts: 2, backoff_seconds: 5 };
    const id = await scenario.execution(
      steps.map((step) => ({ ...step, retry })),
      { large },
    );
    scenario.serve(({ step, nth }) => (nth === 1 && step !== 'a' ? refusal(503) : Response.json(answers[step] ?? {})));
    const end = await scenario.toEnd(id);
    expect(end.execution.status).toBe('completed');
    expect(end.nexts).toHaveLength(3);
    expect(end.execution.event).toMatchObject({ object: expect.any(String) });
    for (const value of [end.steps['a']?.input, end.steps['a']?.output, end.steps['b']?.input])
      expect(value).toEqual({ object: expect.stringContaining(`executions/${id}/`), bytes: expect.any(Number) });
    expect(await scenario.outputOf(end.steps['a'])).toEqual({ large });
    expect(await inputOf(end.steps['b'])).toEqual({ path: '/', body: { copy: large } });
    expect(sent('b')?.body).toEqual({ copy: large });
    expect(sent('c')?.body).toEqual({ sum: `${large}small` });
  });

  it('that are small stand in the item', async () => {
    const { steps: records } = await run([{ name: 'a' }], { answers: { a: { n: 1 } } });
    expect(records['a']?.output).toEqual({ value: { n: 1 } });
  });
});
