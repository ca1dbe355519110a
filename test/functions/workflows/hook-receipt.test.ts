import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hookReceiver } from '../../../functions/workflows/receive-hook.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import { giteaHeaders, githubHeaders, githubPush, hookSecret } from './hook-samples.ts';
import { type RecordedWorkflows, recordedWorkflows, workflow } from './recorded-workflows.ts';

const onMain = workflow('on main', { type: 'webhook', event: 'push', filter: { branch: 'main' } });
const onAny = workflow('on any', { type: 'webhook', event: 'push', filter: {} });

let api: TestApi;
let recorded: RecordedWorkflows;
beforeEach(async () => {
  recorded = recordedWorkflows([onMain]);
  api = await openApi({ standIns: [hookReceiver(recorded)], environment: { ORCHESTRATOR_HOOK_SECRET: hookSecret } });
});
afterEach(() => api.close());

const path = '/api/v1/hooks/push';
const push = JSON.stringify(githubPush);
const post = (body: string, headers: Record<string, string>, to = path) =>
  api.send('POST', to, { token: null, headers, body });
const sendPush = (options = {}) => post(push, githubHeaders(push, options));
const startedIds = () => [...recorded.executions];

describe('a delivery that comes again', () => {
  it('is answered as before, and starts nothing', async () => {
    const first = await sendPush();
    api.home.clock.advance(3_600_000);
    const again = await sendPush();
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(startedIds()).toHaveLength(1);
  });

  it('is one by its id, though its body differs, as that of an organisation does and as a form does', async () => {
    const first = await sendPush();
    const other = JSON.stringify({ ...githubPush, organization: { login: 'octo-org' } });
    const form = new URLSearchParams({ payload: push }).toString();
    for (const body of [other, form]) {
      api.home.clock.advance(5000);
      const again = await post(body, githubHeaders(body));
      expect([again.status, again.text]).toEqual([202, first.text]);
    }
    expect(startedIds()).toHaveLength(1);
  });

  it('is another one where its sender or its event is another', async () => {
    recorded.workflows = [onAny, workflow('on creation', { type: 'webhook', event: 'create', filter: {} })];
    await post(push, giteaHeaders(push, { delivery: 'one' }));
    for (const event of ['push', 'create']) {
      api.home.clock.advance(5000);
      await post(push, githubHeaders(push, { event, delivery: 'one' }), `/api/v1/hooks/${event}`);
    }
    expect(recorded.launches.map(({ trigger }) => trigger.reference)).toEqual(['one', 'one', 'one']);
    expect(startedIds()).toHaveLength(3);
  });

  it('is answered as before, whatever became of the workflows since', async () => {
    const first = await sendPush();
    for (const workflows of [[onAny], []]) {
      recorded.workflows = workflows;
      const again = await sendPush();
      expect([again.status, again.text]).toEqual([202, first.text]);
    }
    expect(recorded.launches).toHaveLength(1);
  });

  it('is answered by the receipt that was stored first', async () => {
    const first = await sendPush();
    api.home.clock.advance(5000);
    const unseen = vi.spyOn(api.home.backend.table('requests'), 'get').mockResolvedValueOnce(undefined);
    const overtaken = await sendPush();
    unseen.mockRestore();
    expect([overtaken.status, overtaken.text]).toEqual([202, first.text]);
    expect(startedIds()).toHaveLength(1);
  });

  it('starts once, and has one answer, where several come at once', async () => {
    const answers = await Promise.all([sendPush(), sendPush(), sendPush()]);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(startedIds()).toHaveLength(1);
  });

  it('is another one by its id, though its body is the same, and after a day', async () => {
    await sendPush({ delivery: 'one' });
    await sendPush({ delivery: 'other' });
    expect(startedIds()).toHaveLength(2);
    api.home.clock.advance(24 * 3_600_000 + 1000);
    await sendPush({ delivery: 'one' });
    expect(startedIds()).toHaveLength(3);
  });

  it.each([0, 1, 2].flatMap((launches) => [false, true].map((isAnswerLost) => ({ launches, isAnswerLost }))))(
    'starts what is missing after a death before launch $launches, the receipt being the last write: $isAnswerLost',
    async ({ launches, isAnswerLost }) => {
      recorded.workflows = [onMain, onAny];
      const { backend } = api.home;
      if (launches === 0) api.home.backend = dyingBackend(backend, 0, isAnswerLost);
      recorded.beforeLaunch = () => {
        if (recorded.launches.length > launches) throw new Error('the process died');
      };
      const died = await sendPush();
      expect(died.status).toBe(launches === 2 ? 202 : 500);
      const before = startedIds();
      api.home.backend = backend;
      recorded.beforeLaunch = () => undefined;
      api.home.clock.advance(5000);
      const answer = await sendPush();
      expect(answer.status).toBe(202);
      expect(startedIds()).toHaveLength(2);
      expect(startedIds()).toEqual(expect.arrayContaining(before));
      expect(answer.body.executions.map((each: { execution_id: string }) => each.execution_id)).toEqual(startedIds());
    },
  );
});
