import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { call, type Site, startsOf } from './site.ts';
import {
  createFor,
  type ExecutionEntry,
  ended,
  executionsOf,
  newMark,
  type Problem,
  question,
  referenceExample,
  remark,
  run,
  type WorkflowAnswer,
} from './workflow-calls.ts';

interface ErrorBody {
  error: { code: string; message: string; details?: Problem[] & { cycle?: string[] } };
}

/** Definitions of workflows as their authors see them; runs unchanged against both homes. */
export function describeWorkflowDefinitions(site: () => Site): void {
  describe.concurrent('definitions of workflows', { timeout: 60_000 }, () => {
    const wrong = {
      name: '',
      trigger: { type: 'cron' },
      steps: [
        { name: 'a', service: 'nobody', action: 'FETCH /x', depends_on: ['a', 'ghost'] },
        { name: 'a', service: 'observatory', action: 'POST /api/annotations', input: { text: '{{steps.b.output}}' } },
        { name: 'b', service: 'observatory', action: 'GET /health', timeout_seconds: 901 },
      ],
    };
    const wrongPaths = [
      'body.name',
      'body.trigger.type',
      'body.steps.0.action',
      'body.steps.0.service',
      'body.steps.0.depends_on.0',
      'body.steps.0.depends_on.1',
      'body.steps.1.name',
      'body.steps.1.input.text',
      'body.steps.2.timeout_seconds',
    ];
    const circle = {
      name: 'circle',
      steps: [
        question('a', { depends_on: ['b'] }),
        question('b', { depends_on: ['c'] }),
        question('c', { depends_on: ['a'] }),
      ],
    };

    it('that are wrong are refused with every problem and its path', async (test) => {
      const { path } = await createFor(test, site(), { steps: [question('a')] });
      for (const request of ['POST /api/v1/workflows', `PUT ${path}`]) {
        const answer = await call<ErrorBody>(site(), request, { body: wrong });
        expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_WORKFLOW']);
        const paths = answer.body.error.details?.map((problem) => problem.path);
        expect(paths?.toSorted()).toEqual(wrongPaths.toSorted());
        const circular = await call<ErrorBody>(site(), request, { body: circle });
        expect([circular.status, circular.body.error.code]).toEqual([400, 'DEPENDENCY_CYCLE']);
        expect(circular.body.error.details?.cycle).toEqual(['a', 'b', 'c', 'a']);
        expect(circular.body.error.message).toContain('a → b → c → a');
      }
      expect((await call<WorkflowAnswer>(site(), `GET ${path}`)).body).toMatchObject({
        version: 1,
        steps: [{ name: 'a' }],
      });
    });

    it('can be tried without storing anything', async () => {
      const name = newMark();
      const validate = (body: unknown) => call(site(), 'POST /api/v1/workflows/validate', { body });
      const good = await validate({ ...referenceExample, name });
      expect([good.status, good.body]).toMatchObject([
        200,
        {
          valid: true,
          problems: [],
          cycle: null,
          plan: [
            { step: 'analyze', level: 0 },
            { step: 'scan', level: 0 },
            { step: 'review', level: 1, depends_on: ['analyze', 'scan'] },
          ],
        },
      ]);
      const bad = await validate({ ...wrong, description: name });
      expect([bad.status, bad.body]).toMatchObject([200, { valid: false, plan: null, cycle: null }]);
      expect((bad.body['problems'] as Problem[]).map(({ path }) => path).toSorted()).toEqual(wrongPaths.toSorted());
      expect((await validate(circle)).body).toMatchObject({ valid: false, plan: null, cycle: ['a', 'b', 'c', 'a'] });
      const { body } = await call(site(), 'GET /api/v1/workflows?limit=100');
      expect(JSON.stringify(body)).not.toContain(name);
    });

    it('are listed, shown, changed and deleted; the executions stay', async (test) => {
      const name = newMark();
      const workflow = await createFor(test, site(), { name, steps: [remark('tell', name)] });
      const listed = await call<{ workflows: { id: string }[] }>(site(), 'GET /api/v1/workflows?limit=100');
      const entry = listed.body.workflows.find(({ id }) => id === workflow.id);
      expect(entry).toMatchObject({ name, version: 1, step_count: 1, trigger: { type: 'manual' } });
      const { execution_id } = await run(site(), workflow);
      expect((await call(site(), `DELETE ${workflow.path}`)).status).toBe(204);
      for (const request of [`GET ${workflow.path}`, `DELETE ${workflow.path}`, `POST ${workflow.path}/execute`])
        expect((await call(site(), request)).status, request).toBe(404);
      expect(await executionsOf(site(), workflow)).toMatchObject([{ execution_id }]);
      expect(await ended(site(), workflow, execution_id)).toMatchObject({ steps: { tell: { status: 'completed' } } });
    });

    it('and executions are made once for an idempotency key', async (test) => {
      const mark = newMark();
      const headers = { 'idempotency-key': randomUUID() };
      const body = { name: mark, steps: [remark('tell', mark)] };
      const create = () => call<WorkflowAnswer>(site(), 'POST /api/v1/workflows', { body, headers });
      const [made, again] = [await create(), await create()];
      const path = `/api/v1/workflows/${made.body.id}`;
      test.onTestFinished(async () => void (await call(site(), `DELETE ${path}`)));
      expect([made.status, again.status, again.body]).toEqual([201, 201, made.body]);
      const execute = () =>
        call<ExecutionEntry>(site(), `POST ${path}/execute`, { headers: { 'idempotency-key': mark } });
      const [begun, repeated] = [await execute(), await execute()];
      expect([begun.status, repeated.status, repeated.body]).toEqual([202, 202, begun.body]);
      await ended(site(), { id: made.body.id, path }, begun.body.execution_id);
      expect(await startsOf(site(), mark)).toHaveLength(1);
    });

    it('and executions that there are not are 404, what no id can be 400', async (test) => {
      const [workflow, other] = [
        await createFor(test, site(), { steps: [question('a')] }),
        await createFor(test, site(), { steps: [question('a')] }),
      ];
      const { execution_id } = await run(site(), other);
      const body = { name: 'end to end', steps: [question('a')] };
      const nobody = `/api/v1/workflows/wf_${'0'.repeat(26)}`;
      const expectStatus = async (status: number, request: string, sent?: unknown) =>
        expect((await call(site(), request, { body: sent })).status, request).toBe(status);
      for (const path of [nobody, `${nobody}/executions`]) await expectStatus(404, `GET ${path}`);
      await expectStatus(404, `PUT ${nobody}`, body);
      await expectStatus(404, `DELETE ${nobody}`);
      await expectStatus(404, `POST ${nobody}/execute`, {});
      for (const id of [`exec_${'0'.repeat(26)}`, execution_id]) {
        await expectStatus(404, `GET ${workflow.path}/executions/${id}`);
        await expectStatus(404, `POST ${workflow.path}/executions/${id}/cancel`);
      }
      await expectStatus(409, `POST ${other.path}/executions/${execution_id}/cancel`);
      await expectStatus(400, 'GET /api/v1/workflows/wf_1');
      await expectStatus(400, `GET ${workflow.path}/executions/exec_1`);
      await expectStatus(400, `GET ${workflow.path}/executions?status=pending`);
      await expectStatus(400, `GET ${workflow.path}/executions?cursor=nonsense`);
      await expectStatus(400, `POST ${workflow.path}/execute`, { event: [] });
      await expectStatus(400, `POST ${workflow.path}/execute`, { evnt: {} });
      expect(await executionsOf(site(), workflow)).toEqual([]);
    });
  });
}
