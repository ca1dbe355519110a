import { describe, expect, it, vi } from 'vitest';
import { detailOf, probedMs } from './service-calls.ts';
import { type Answer, call, cause, eventsOf, type Site, startsOf } from './site.ts';
import {
  allEnded,
  begin,
  createFor,
  type ExecutionEntry,
  ended,
  executionOnce,
  executionsOf,
  hold,
  newMark,
  question,
  remark,
  run,
  type WorkflowAnswer,
} from './workflow-calls.ts';

const waiting = { timeout: 45_000, interval: 200 };

/** Executions of workflows as their authors and the services see them; runs unchanged against both homes. */
export function describeWorkflows(site: () => Site): void {
  describe.concurrent('executions of workflows', { timeout: 90_000 }, () => {
    it('see the event that they were asked for, keep its types, and leave out steps whose condition does not hold', async (test) => {
      const mark = newMark();
      const workflow = await createFor(test, site(), {
        steps: [
          remark('kept', 'x', {
            input: { text: `${mark} {{event.name}}`, tags: '{{event.tags}}', time: '{{event.at}}' },
          }),
          question('path', { action: 'GET /graph/stats?q={{event.odd}}' }),
          remark('fallback', `${mark} {{event.missing | default("none")}}`),
          remark('left-out', mark, { when: { value: '{{event.at}}', greater_than: 100 } }),
          remark('after', mark, { depends_on: ['left-out'] }),
          remark('chosen', mark, { when: { value: '{{event.name}}', in: ['a', '{{event.name}}', 'Ada'] } }),
        ],
      });
      const event = { name: 'Ada', tags: ['x', 'y'], at: 7, odd: '../a b&c=d/{{event.name}}' };
      const execution = await run(site(), workflow, event);
      expect(execution).toMatchObject({ status: 'completed', error: null, event, trigger: { type: 'manual' } });
      expect(execution.steps).toMatchObject({
        kept: { status: 'completed', input: { body: { text: `${mark} Ada`, tags: ['x', 'y'], time: 7 } } },
        path: { input: { path: `/graph/stats?q=${encodeURIComponent(event.odd)}` } },
        fallback: { status: 'completed', input: { body: { text: `${mark} none` } } },
        'left-out': { status: 'skipped', skip_reason: 'condition_not_met', attempts: 0 },
        after: { status: 'skipped', skip_reason: 'dependency_skipped' },
        chosen: { status: 'completed' },
      });
      expect(await startsOf(site(), mark)).toHaveLength(3);
    });

    it('show secrets as ***, and send them as they are', async (test) => {
      const mark = newMark();
      const input = { text: mark, type: mark, source: 's', timestamp: 't', data: { api_key: '{{event.key}}' } };
      const step = { name: 'send', service: 'integration-hub', action: 'POST /api/v1/events', input };
      const workflow = await createFor(test, site(), { steps: [step] });
      const { steps } = await run(site(), workflow, { key: 'very-secret' });
      expect(steps['send']?.input?.body?.['data']).toEqual({ api_key: '***' });
      const [start] = await startsOf(site(), mark);
      expect(start?.request['data']).toEqual({ api_key: 'very-secret' });
    });

    it('with values that are large give links to them', async (test) => {
      const mark = newMark();
      const text = mark.repeat(1500);
      const workflow = await createFor(test, site(), {
        steps: [
          remark('tell', '{{event.text}}'),
          { ...remark('list', ''), action: 'GET /api/annotations', input: null, depends_on: ['tell'] },
          remark('again', '{{event.text}}', {
            depends_on: ['list'],
            when: { value: '{{steps.list.output.0.id}}', exists: true },
          }),
        ],
      });
      const { status, event, event_url, steps } = await run(site(), workflow, { text });
      expect([status, event]).toEqual(['completed', null]);
      const read = async (url: unknown): Promise<unknown> => (await fetch(String(url))).json();
      expect(await read(event_url)).toEqual({ text });
      expect(await read(steps['tell']?.input_url)).toEqual({ path: '/api/annotations', body: { text } });
      expect(await read(steps['list']?.output_url)).toEqual(
        expect.arrayContaining([expect.objectContaining({ text })]),
      );
      expect(steps['tell']?.input).toBeNull();
      const starts = await startsOf(site(), mark);
      expect(starts.map(({ request }) => request['text'])).toEqual([text, text]);
    });

    it('fail with the step that fails: what depends on it is skipped, other branches go on, workflow.failed is published', async (test) => {
      const mark = newMark();
      await cause(site(), { service: 'observatory', fault: 'error', status: 500, match: `${mark} broken` });
      const workflow = await createFor(test, site(), {
        steps: [
          remark('broken', `${mark} broken`),
          remark('child', mark, { depends_on: ['broken'] }),
          remark('grandchild', mark, { depends_on: ['child', 'free-child'] }),
          remark('missing', '{{event.nowhere.at_all}}'),
          question('free'),
          remark('free-child', `${mark} free {{steps.free.output.patterns}}`, { depends_on: ['free'] }),
          remark('passed-over', `${mark} broken too`, { continue_on_error: true }),
          remark('goes-on', `${mark} after {{steps.passed-over.status}}`, { depends_on: ['passed-over'] }),
        ],
      });
      const execution = await run(site(), workflow);
      expect(execution).toMatchObject({
        status: 'failed',
        steps: {
          broken: { status: 'failed', attempts: 1, error: { code: 'STEP_FAILED' } },
          child: { status: 'skipped', skip_reason: 'dependency_failed', started_at: null },
          grandchild: { status: 'skipped', skip_reason: 'dependency_skipped' },
          missing: { status: 'failed', attempts: 0, error: { code: 'TEMPLATE_FAILED' } },
          'free-child': { status: 'completed' },
          'passed-over': { status: 'failed' },
          'goes-on': { status: 'completed', input: { body: { text: `${mark} after failed` } } },
        },
      });
      expect(execution.steps['missing']?.error?.message).toContain('event.nowhere.at_all');
      expect(['broken', 'missing']).toContain(execution.error?.step);
      await vi.waitFor(async () => {
        const failed = (await eventsOf(site(), 'type=workflow.failed')).filter(isOf(execution));
        expect(failed.map(({ data }) => data)).toMatchObject([
          {
            workflow_id: workflow.id,
            trigger: 'manual',
            version: 1,
            error: execution.error,
            steps: { completed: 3, failed: 3, skipped: 2 },
          },
        ]);
      }, waiting);
    });

    it('try calls that may be repeated again, and give up a call that takes too long', async (test) => {
      const mark = newMark();
      const failsTwice = { service: 'neo4j-graphrag-api', fault: 'error', status: 503, match: mark, times: 2 };
      await cause(site(), failsTwice);
      await cause(site(), { service: 'observatory', fault: 'hang', match: mark });
      const workflow = await createFor(test, site(), {
        steps: [
          question('flaky', { action: `GET /graph/stats?q=${mark}` }),
          remark('hanging', mark, { timeout_seconds: 1 }),
        ],
      });
      const { status, steps } = await run(site(), workflow);
      expect([status, steps]).toMatchObject([
        'failed',
        { flaky: { status: 'completed', attempts: 3 }, hanging: { attempts: 1, error: { code: 'TIMEOUT' } } },
      ]);
    });

    it('do not call a service that is unhealthy: steps fail at once, or wait as long as they are told', {
      timeout: 2 * probedMs,
    }, async (test) => {
      const service = 'cryptographic-fortress';
      const recover = await cause(site(), { service, fault: 'unreachable' });
      test.onTestFinished(recover);
      const statusOnce = (status: string) =>
        vi.waitFor(async () => expect((await detailOf(site(), service)).status).toBe(status), {
          timeout: probedMs,
          interval: 500,
        });
      await statusOnce('unhealthy');
      const step = { service, action: 'GET /health' };
      const workflow = await createFor(test, site(), {
        steps: [
          { name: 'at-once', ...step },
          { name: 'patient', ...step, wait_for_healthy_seconds: 150 },
        ],
      });
      const id = await begin(site(), workflow);
      await executionOnce(site(), workflow, id, ({ steps }) => steps['at-once']?.status === 'failed');
      await recover();
      await statusOnce('healthy');
      const { status, steps } = await ended(site(), workflow, id);
      expect([status, steps]).toMatchObject([
        'failed',
        {
          'at-once': { attempts: 0, error: { code: 'SERVICE_UNAVAILABLE' } },
          patient: { status: 'completed', attempts: 1 },
        },
      ]);
    });

    it('start workflows that wait for their end; two that start each other end', async (test) => {
      const mark = newMark();
      const atEndOf = (id: string) => ({ type: 'event', event: 'workflow.completed', filter: { workflow_id: id } });
      const told = [remark('tell', `${mark} {{event.data.execution_id | default("nobody")}}`)];
      const first = await createFor(test, site(), { steps: told });
      const second = await createFor(test, site(), { trigger: atEndOf(first.id), steps: told });
      const loop = { name: 'end to end', trigger: atEndOf(second.id), steps: told };
      expect((await call(site(), `PUT ${first.path}`, { body: loop })).status).toBe(200);
      /** Starts with the end by which the first one would be started again, and shows that it was looked at. */
      const witness = await createFor(test, site(), { trigger: atEndOf(second.id), steps: told });

      const begun = await run(site(), first);
      const [answer] = await allEnded(site(), second, 1);
      const [last] = await allEnded(site(), witness, 1);
      expect([answer, last]).toMatchObject(
        Array.from({ length: 2 }, () => ({ status: 'completed', trigger: { type: 'event' } })),
      );
      expect(await executionsOf(site(), first)).toHaveLength(1);
      const texts = (await startsOf(site(), mark)).map(({ request }) => request['text']);
      expect(texts).toEqual([
        `${mark} nobody`,
        `${mark} ${begun.execution_id}`,
        `${mark} ${(answer as ExecutionEntry).execution_id}`,
      ]);
    });

    it('go on with the version that they began with when their workflow is changed', async (test) => {
      const mark = newMark();
      const steps = (version: string) => [
        question('held', { action: `GET /graph/stats?q=${mark}`, retry: { max_attempts: 10, backoff_seconds: 1 } }),
        remark('tell', `${mark} ${version}`, { depends_on: ['held'] }),
      ];
      const workflow = await createFor(test, site(), { steps: steps('old') });
      const release = await hold(site(), 'neo4j-graphrag-api', mark);
      const id = await begin(site(), workflow);
      await executionOnce(site(), workflow, id, ({ steps: { held } }) => held?.status === 'running');
      const body = { name: 'changed', steps: steps('new') };
      const changed = await call<WorkflowAnswer>(site(), `PUT ${workflow.path}`, { body });
      expect([changed.status, changed.body.version]).toEqual([200, 2]);
      await release();
      const old = await ended(site(), workflow, id);
      const next = await run(site(), workflow);
      expect([old, next]).toMatchObject([
        { workflow_version: 1, status: 'completed', steps: { tell: { input: { body: { text: `${mark} old` } } } } },
        { workflow_version: 2, status: 'completed', steps: { tell: { input: { body: { text: `${mark} new` } } } } },
      ]);
      expect((await startsOf(site(), mark)).map(({ request }) => request['text'])).toEqual([
        `${mark} old`,
        `${mark} new`,
      ]);
    });

    it('that are cancelled in the middle begin no further step', async (test) => {
      const mark = newMark();
      const workflow = await createFor(test, site(), {
        steps: [
          remark('done', mark),
          question('waits', {
            action: `GET /graph/stats?q=${mark}`,
            retry: { max_attempts: 10, backoff_seconds: 1 },
            depends_on: ['done'],
          }),
          remark('pending', mark, { depends_on: ['waits'] }),
        ],
      });
      await hold(site(), 'neo4j-graphrag-api', mark);
      const id = await begin(site(), workflow);
      await executionOnce(site(), workflow, id, ({ steps: { waits } }) => waits?.status === 'running');
      const cancel = () => call<ExecutionEntry>(site(), `POST ${workflow.path}/executions/${id}/cancel`);
      const asked = await cancel();
      expect([asked.status, asked.body]).toMatchObject([202, { cancel_requested_at: expect.any(String) }]);
      const execution = await ended(site(), workflow, id);
      expect(execution).toMatchObject({
        status: 'cancelled',
        error: { code: 'CANCELLED' },
        steps: {
          done: { status: 'completed' },
          waits: { status: 'failed', error: { code: 'CANCELLED' } },
          pending: { status: 'skipped', skip_reason: 'cancelled' },
        },
      });
      const again = await cancel();
      expect([again.status, again.body.status]).toEqual([200, 'cancelled']);
      expect(await startsOf(site(), mark)).toHaveLength(1);
      expect((await executionsOf(site(), workflow, 'status=cancelled')).map((each) => each.execution_id)).toEqual([id]);
      await vi.waitFor(async () => {
        const failed = (await eventsOf(site(), 'type=workflow.failed')).filter(isOf(execution));
        expect(failed.map(({ data }) => data['error'])).toMatchObject([{ code: 'CANCELLED' }]);
      }, waiting);
    });

    it('that are cancelled while their only step waits are cancelled', async (test) => {
      const mark = newMark();
      const retry = { max_attempts: 10, backoff_seconds: 1 };
      const only = question('only', { action: `GET /graph/stats?q=${mark}`, retry });
      const workflow = await createFor(test, site(), { steps: [only] });
      await hold(site(), 'neo4j-graphrag-api', mark);
      const id = await begin(site(), workflow);
      await executionOnce(site(), workflow, id, ({ steps }) => steps['only']?.status === 'running');
      expect((await call(site(), `POST ${workflow.path}/executions/${id}/cancel`)).status).toBe(202);
      expect(await ended(site(), workflow, id)).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } });
    });

    it('of one workflow run at once without seeing each other', async (test) => {
      const mark = newMark();
      const events = ['x', 'y', 'z'].map((text) => ({ mark: `${mark} ${text}` }));
      const workflow = await createFor(test, site(), {
        steps: [
          {
            name: 'scan',
            service: 'security-shield',
            action: 'POST /api/v1/scan',
            input: { repo: '{{event.mark}}', commit: 'c' },
            retry: { max_attempts: 10, backoff_seconds: 2 },
          },
          remark('tell', '{{event.mark}} {{steps.scan.output.scan_id}}', { depends_on: ['scan'] }),
        ],
      });
      const release = await hold(site(), 'security-shield', mark);
      const ids = await Promise.all(events.map((event) => begin(site(), workflow, event)));
      for (const id of ids)
        await executionOnce(site(), workflow, id, ({ steps: { scan } }) => scan?.status === 'running');
      expect((await executionsOf(site(), workflow)).map(({ status }) => status)).toEqual(ids.map(() => 'running'));
      await release();
      const executions = await Promise.all(ids.map((id) => ended(site(), workflow, id)));
      for (const [index, { status, steps, execution_id }] of executions.entries()) {
        const text = String(events[index]?.mark);
        const scan = steps['scan']?.output as { scan_id: string } | undefined;
        expect([status, steps['tell']?.input?.body]).toEqual(['completed', { text: `${text} ${scan?.scan_id}` }]);
        const keys = (await startsOf(site(), text)).map((start) => start.idempotency_key);
        expect(keys).toEqual([`${execution_id}:scan`, `${execution_id}:tell`]);
      }
    });

    it('are listed newest first, by status, time and page', async (test) => {
      const workflow = await createFor(test, site(), {
        steps: [remark('tell', '{{event.text}}')],
      });
      const mark = newMark();
      const executions = [];
      for (const event of [{ text: mark }, {}, { text: mark }]) executions.push(await run(site(), workflow, event));
      const ids = executions.map(({ execution_id }) => execution_id).reverse();
      const idsOf = async (query?: string) =>
        (await executionsOf(site(), workflow, query)).map((each) => each.execution_id);
      await vi.waitFor(async () => expect(await idsOf()).toEqual(ids), waiting);
      expect(await idsOf('status=failed')).toEqual([ids[1]]);
      expect(await idsOf('status=completed')).toEqual([ids[0], ids[2]]);
      expect(await idsOf(`since=${executions[1]?.created_at}`)).toEqual(ids.slice(0, 2));
      const paged = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
        const page: Answer<{ executions: ExecutionEntry[]; next_cursor: string | null }> = await call(
          site(),
          `GET ${workflow.path}/executions?limit=2${query}`,
        );
        paged.push(page.body.executions.map(({ execution_id }) => execution_id));
        cursor = page.body.next_cursor;
      }
      expect(paged).toEqual([ids.slice(0, 2), ids.slice(2)]);
    });
  });
}

const isOf =
  ({ execution_id }: ExecutionEntry) =>
  ({ data }: { data: Record<string, unknown> }) =>
    data['execution_id'] === execution_id;
