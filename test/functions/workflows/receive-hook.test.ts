import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LambdaHome, lambda } from '../../../backend/lambda/lambda.ts';
import { timeOfId } from '../../../functions/core/ids.ts';
import { createLog } from '../../../functions/core/log.ts';
import { eventLevelsMax, isAtMostDeep } from '../../../functions/workflows/json-value.ts';
import { hookReceiver } from '../../../functions/workflows/receive-hook.ts';
import { receiveHookContract } from '../../../functions/workflows/trigger-contracts.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectFaultHidden, expectRefusal } from '../refusals.ts';
import {
  giteaHeaders,
  giteaPush,
  githubHeaders,
  githubPullRequest,
  githubPush,
  hmacOf,
  hookSecret,
} from './hook-samples.ts';
import { type RecordedWorkflows, recordedWorkflows, workflow } from './recorded-workflows.ts';

const onMain = workflow('on main', { type: 'webhook', event: 'push', filter: { branch: 'main' } });
const onAny = workflow('on any', { type: 'webhook', event: 'push', filter: {} });
const onRequest = workflow('on request', {
  type: 'webhook',
  event: 'pull_request',
  filter: { 'payload.action': ['opened', 'reopened'] },
});
const others = [
  workflow('manual', { type: 'manual' }),
  workflow('event', { type: 'event', event: '*', filter: {} }),
  workflow('schedule', { type: 'schedule', cron: '* * * * *' }),
];

let api: TestApi;
let recorded: RecordedWorkflows;
beforeEach(async () => {
  recorded = recordedWorkflows([onMain, onRequest, ...others]);
  api = await openApi({ standIns: [hookReceiver(recorded)], environment: { ORCHESTRATOR_HOOK_SECRET: hookSecret } });
});
afterEach(() => api.close());

const path = '/api/v1/hooks/push';
const push = JSON.stringify(githubPush);
const post = (body: string | undefined, headers: Record<string, string>, to = path) =>
  api.send('POST', to, { token: null, headers, ...(body === undefined ? {} : { body }) });
const sendPush = (options = {}) => post(push, githubHeaders(push, options));
const elsewhere = JSON.stringify({ ...githubPush, ref: 'refs/heads/next' });
/** A push on main, of so many levels in all. */
const nested = (levels: number) => push.replace('{', `{"nested":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)},`);
const startedIds = () => [...recorded.executions];

describe('202', () => {
  it('starts each workflow that the event is for, and tells its executions', async () => {
    recorded.workflows.push(onAny);
    const answer = await sendPush();
    expect(answer.status).toBe(202);
    expect(receiveHookContract.answers.accepted.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body.executions.map((each: { workflow_id: string }) => each.workflow_id)).toEqual([
      onMain.id,
      onAny.id,
    ]);
    expect(answer.body.executions.map((each: { execution_id: string }) => each.execution_id)).toEqual(startedIds());
    for (const id of startedIds()) expect(timeOfId(id)).toBe(api.home.clock.now());
  });

  it('gives steps the event in the form of ours, and what led to it', async () => {
    await sendPush({ delivery: 'delivery 1' });
    const [launch] = recorded.launches;
    expect(launch).toMatchObject({
      workflow: onMain,
      trigger: { type: 'webhook', reference: 'delivery 1' },
      chain: [],
      event: {
        event: 'push',
        branch: 'main',
        repo_url: 'https://github.com/octo-org/hello-world',
        payload: githubPush,
      },
    });
  });

  it('is given to Gitea', async () => {
    recorded.workflows = [workflow('auth', { type: 'webhook', event: 'push', filter: { branch: 'feature/auth' } })];
    const body = JSON.stringify(giteaPush);
    expect((await post(body, giteaHeaders(body))).status).toBe(202);
    const { 'x-gitea-signature': signature } = giteaHeaders(body);
    expect((await post(body, { 'x-gitea-signature': signature })).status).toBe(202);
    expect(startedIds()).toHaveLength(2);
  });

  it.each(['.git', '', '/'])('is given to a filter on repo_url that ends with "%s"', async (end) => {
    const filter = { repo_url: `https://GitHub.com/octo-org/hello-world${end}` };
    recorded.workflows = [workflow('of one repository', { type: 'webhook', event: 'push', filter })];
    expect((await sendPush()).status).toBe(202);
  });

  it('is given to a form', async () => {
    const body = new URLSearchParams({ payload: push }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(body, { ...githubHeaders(body), ...type })).status).toBe(202);
  });

  it('is given to a body of as many levels as leave the event with those that it may have', async () => {
    const body = nested(99);
    expect((await post(body, githubHeaders(body))).status).toBe(202);
    const event = recorded.launches[0]?.event;
    expect([isAtMostDeep(event, eventLevelsMax), isAtMostDeep(event, eventLevelsMax - 1)]).toEqual([true, false]);
    const deeper = nested(100);
    expect((await post(deeper, githubHeaders(deeper, { delivery: 'deeper' }))).status).toBe(400);
  });

  it('is given for another event than a push, by a field of what was sent', async () => {
    const body = JSON.stringify(githubPullRequest);
    const answer = await post(body, githubHeaders(body, { event: 'pull_request' }), '/api/v1/hooks/pull_request');
    expect([answer.status, answer.body?.executions[0].workflow_id]).toEqual([202, onRequest.id]);
  });

  it('is given to a sender that says neither event nor delivery', async () => {
    const answer = await post(push, { 'x-hub-signature-256': `sha256=${hmacOf(push)}` });
    const again = await post(push, { 'x-hub-signature-256': `sha256=${hmacOf(push)}` });
    expect([answer.status, again.text]).toEqual([202, answer.text]);
    const other = `${push} `;
    const next = await post(other, { 'x-hub-signature-256': `sha256=${hmacOf(other)}` });
    expect(next.body.executions).not.toEqual(answer.body.executions);
  });

  it('is given behind API Gateway, which may hand the body over in Base64', async () => {
    const home: LambdaHome = { ...api.home, log: createLog('SILENT') };
    const handler = lambda(hookReceiver(recorded), home);
    for (const isBase64Encoded of [false, true]) {
      const event = {
        httpMethod: 'POST',
        path,
        headers: { 'X-Hub-Signature-256': `sha256=${hmacOf(push)}`, 'X-GitHub-Event': 'push' },
        pathParameters: { event: 'push' },
        multiValueQueryStringParameters: null,
        body: isBase64Encoded ? Buffer.from(push).toString('base64') : push,
        isBase64Encoded,
        requestContext: { requestId: 'gateway-1' },
      };
      const { statusCode } = await handler(event as never, { awsRequestId: 'aws-1', functionName: 'f' } as never);
      expect(statusCode).toBe(202);
    }
    expect(startedIds()).toHaveLength(1);
  });
});

describe('204', () => {
  const expectNothing = async (answer: ReturnType<typeof post>) => {
    const { status, text } = await answer;
    expect([status, text]).toEqual([204, '']);
    expect(recorded.launches).toEqual([]);
  };

  it('is given to a push on another branch', () => expectNothing(post(elsewhere, githubHeaders(elsewhere))));

  it('is given to an event that no workflow starts with', () =>
    expectNothing(post(push, githubHeaders(push, { event: 'star' }), '/api/v1/hooks/star')));

  it('is given to the end of a branch', async () => {
    recorded.workflows = [onAny];
    const body = JSON.stringify({
      ...githubPush,
      after: '0'.repeat(40),
      deleted: true,
      head_commit: null,
      commits: [],
    });
    await expectNothing(post(body, githubHeaders(body)));
  });

  it('is given to the ping of a new hook, whatever event it is for', async () => {
    const ping = JSON.stringify({ zen: 'Design for failure.', hook_id: 1 });
    await expectNothing(post(ping, githubHeaders(ping, { event: 'ping' })));
  });

  it('is no receipt: once there is a workflow for it, the same delivery starts it', async () => {
    await expectNothing(post(elsewhere, githubHeaders(elsewhere)));
    recorded.workflows.push(onAny);
    expect((await post(elsewhere, githubHeaders(elsewhere))).status).toBe(202);
  });
});

describe('400 VALIDATION_ERROR', () => {
  const problemsOf = async (sent: ReturnType<typeof post>) => {
    const answer = await sent;
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(recorded.launches).toEqual([]);
    return answer.body.error.details.map((problem: { path: string }) => problem.path);
  };

  it.each(['x-github-event', 'x-gitea-event'])(
    'is given where %s names another event than the path',
    async (header) => {
      const headers = { ...giteaHeaders(push), [header]: 'pull_request' };
      expect(await problemsOf(post(push, headers))).toEqual([`header.${header}`]);
    },
  );

  it.each(['a%20b', 'a%2Fb', '%C3%BC', 'x'.repeat(65)])('is given for %s as an event', async (name) => {
    expect(await problemsOf(post(push, githubHeaders(push), `/api/v1/hooks/${name}`))).toEqual(['path.event']);
  });

  it.each(['', 'x'.repeat(256), 'ü'])('is given for "%s" as a delivery id', async (delivery) => {
    expect(await problemsOf(post(push, githubHeaders(push, { delivery })))).toEqual(['header.x-github-delivery']);
  });

  it('is given for a query', async () => {
    expect(await problemsOf(post(push, githubHeaders(push), `${path}?a=1`))).toEqual(['query.a']);
  });

  it.each([
    ['', 'body'],
    ['nonsense', 'body'],
    ['[]', 'body'],
    ['payload=nonsense', 'body.payload'],
  ])('is given for a signed body that is none: %j', async (body, field) => {
    expect(await problemsOf(post(body, githubHeaders(body)))).toEqual([field]);
  });

  it('is given for a signed body of more levels than an event may have, as JSON and as a form', async () => {
    const json = nested(5000);
    expect(await problemsOf(post(json, githubHeaders(json)))).toEqual(['body']);
    const form = new URLSearchParams({ payload: json }).toString();
    expect(await problemsOf(post(form, githubHeaders(form)))).toEqual(['body.payload']);
  });
});

describe('401 UNAUTHORIZED', () => {
  const right = () => githubHeaders(push);
  it.each<[string, Record<string, string>]>([
    ['no signature', {}],
    ['a signature by another secret', { 'x-hub-signature-256': `sha256=${hmacOf(push, 'another secret')}` }],
    ['a signature of another body', { 'x-hub-signature-256': `sha256=${hmacOf(`${push} `)}` }],
    ['a malformed signature', { 'x-gitea-signature': 'nonsense' }],
    ['a wrong signature beside a right one', { ...right(), 'x-gitea-signature': hmacOf('') }],
    ['the API token instead', { authorization: 'Bearer test-token-0123456789' }],
  ])('is given for %s, with no hint why', async (_, headers) => {
    const answer = await post(push, headers);
    expectRefusal(answer, 401, 'UNAUTHORIZED');
    const { request_id: _id, ...shown } = answer.body.error;
    expect(shown).toEqual({ code: 'UNAUTHORIZED', message: 'A valid signature is required.' });
    expect(recorded.launches).toEqual([]);
  });

  it('is given before anything is said of the body', async () => {
    expectRefusal(await post('nonsense', {}), 401, 'UNAUTHORIZED');
    expectRefusal(await post(push, { 'x-github-event': 'star' }), 401, 'UNAUTHORIZED');
  });
});

describe('404 NOT_FOUND', () => {
  it.each([{}, { ORCHESTRATOR_HOOK_SECRET: '' }])('is given where there is no secret (%#)', async (environment) => {
    const off = await openApi({ standIns: [hookReceiver(recorded)], environment });
    for (const headers of [githubHeaders(push), { 'x-gitea-signature': hmacOf(push, '') }]) {
      expectRefusal(await off.send('POST', path, { body: push, headers, token: null }), 404, 'NOT_FOUND');
    }
    await off.close();
    expect(recorded.launches).toEqual([]);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB, signed or not', async () => {
    const body = JSON.stringify({ ...githubPush, extra: 'x'.repeat(256 * 1024) });
    expectRefusal(await post(body, githubHeaders(body)), 413, 'PAYLOAD_TOO_LARGE');
    expectRefusal(await post(body, {}), 413, 'PAYLOAD_TOO_LARGE');
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () =>
    expectFaultHidden(
      api,
      { method: 'POST', path, body: push, headers: githubHeaders(push), token: null },
      'requests',
    ));

  it('is given when one workflow cannot be started, and the others are', async () => {
    recorded.workflows = [onMain, onAny];
    recorded.beforeLaunch = ({ workflow: { id } }) => {
      if (id === onMain.id) throw new Error('no such machine');
    };
    expectRefusal(await sendPush(), 500, 'INTERNAL');
    expect(startedIds()).toHaveLength(1);
  });
});
