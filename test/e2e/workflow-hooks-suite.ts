import { describe, expect, it } from 'vitest';
import { call, callsOf, type Site, startsOf } from './site.ts';
import {
  createFor,
  type Definition,
  type ExecutedStep,
  ended,
  executionsOf,
  giteaPushTo,
  githubPushTo,
  newMark,
  referenceExample,
  remark,
  send,
  startedBy,
} from './workflow-calls.ts';

/** Started by pushes to this branch, which no other test pushes to. */
const onPush = (branch: string): Definition => ({
  trigger: { type: 'webhook', event: 'push', filter: { branch } },
  steps: [remark('tell', '{{event.sha}} {{event.commit_message}}')],
});

const timesOf = ({ started_at, completed_at }: ExecutedStep) => [started_at, completed_at].map(String);

/** Pushes of GitHub and Gitea, and what they start; runs unchanged against both homes. */
export function describeWorkflowHooks(site: () => Site): void {
  describe.concurrent('workflows that hooks start', { timeout: 90_000 }, () => {
    it("like the reference's example run on a signed push to main: the review once both others ended, and with what they found", async (test) => {
      const workflow = await createFor(test, site(), referenceExample);
      const push = githubPushTo(site(), 'main');
      const id = startedBy(await send(site(), push), workflow);
      const execution = await ended(site(), workflow, id);
      expect(execution).toMatchObject({
        status: 'completed',
        error: null,
        trigger: { type: 'webhook', reference: push.headers['x-github-delivery'] },
        event: { event: 'push', branch: 'main', commit_message: 'Add the login page', sha: push.sha },
      });
      const { analyze, scan, review } = execution.steps as Record<'analyze' | 'scan' | 'review', ExecutedStep>;
      expect(analyze.input).toEqual({ path: '/patterns/recommend', body: { task: 'Add the login page' } });
      expect(scan.input?.body).toEqual({ repo: expect.stringContaining('octo-org/project-'), commit: push.sha });
      expect(analyze.output).toMatchObject({ patterns: expect.arrayContaining([]) });
      expect(review.input?.body).toEqual({
        instruction: `Review the latest commit: ${push.sha}`,
        context: analyze.output,
      });
      const lastEnd = [analyze, scan].map((step) => timesOf(step)[1]).toSorted()[1];
      expect(timesOf(review)[0]?.localeCompare(String(lastEnd))).toBeGreaterThanOrEqual(0);
      const [, analyzed] = timesOf(analyze);
      expect(timesOf(scan)[0]?.localeCompare(String(analyzed)), 'the others run at once').toBeLessThan(0);

      const starts = await startsOf(site(), push.sha);
      expect(starts.map(({ kind, idempotency_key }) => [kind, idempotency_key])).toEqual([
        ['scan', `${id}:scan`],
        ['task', `${id}:review`],
      ]);
      expect(starts[1]?.request['context']).toEqual(analyze.output);
      expect(await callsOf(site(), push.sha)).toEqual(['security-shield', 'ai-coder-alpha']);
    });

    it('start with a push of Gitea too', async (test) => {
      const branch = newMark();
      const workflow = await createFor(test, site(), onPush(branch));
      const push = giteaPushTo(site(), branch);
      const execution = await ended(site(), workflow, startedBy(await send(site(), push), workflow));
      expect(execution).toMatchObject({
        status: 'completed',
        event: { branch, sha: push.sha, repo_url: push.repoUrl },
      });
      expect(await startsOf(site(), push.sha)).toHaveLength(1);
    });

    it('do not start with a push to another branch, which is answered 204, nor with another event', async (test) => {
      const branch = newMark();
      const workflow = await createFor(test, site(), onPush(branch));
      expect((await send(site(), githubPushTo(site(), `not-${branch}`))).status).toBe(204);
      const create = githubPushTo(site(), branch);
      const headers = { ...create.headers, 'x-github-event': 'create' };
      expect((await send(site(), { ...create, headers }, 'create')).status).toBe(204);
      expect((await send(site(), { ...create, headers })).status).toBe(400);
      expect(await executionsOf(site(), workflow)).toEqual([]);
    });

    it('do not start with a signature that is wrong, missing, or of another body: that is 401', async (test) => {
      const branch = newMark();
      const workflow = await createFor(test, site(), onPush(branch));
      const push = githubPushTo(site(), branch);
      const { 'x-hub-signature-256': signature = '', ...unsigned } = push.headers;
      const wrongs = [
        { ...push, headers: unsigned },
        { ...push, headers: { ...unsigned, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } },
        { ...push, headers: { ...unsigned, 'x-hub-signature-256': signature.slice('sha256='.length) } },
        { ...push, headers: { ...push.headers, 'x-gitea-signature': '0'.repeat(64) } },
        { ...push, body: `${push.body} ` },
      ];
      for (const wrong of wrongs) expect((await send(site(), wrong)).status).toBe(401);
      expect((await call(site(), 'POST /api/v1/hooks/push', { body: push.body })).status, 'a token is none').toBe(401);
      expect(await executionsOf(site(), workflow)).toEqual([]);
      startedBy(await send(site(), push), workflow);
    });

    it('start once for a delivery, however often and however close together it comes', async (test) => {
      const branch = newMark();
      const workflow = await createFor(test, site(), onPush(branch));
      const push = githubPushTo(site(), branch);
      const answers = await Promise.all([push, push, push].map((each) => send(site(), each)));
      const [first] = answers.map((answer) => startedBy(answer, workflow));
      await ended(site(), workflow, String(first));
      const late = await createFor(test, site(), onPush(branch));
      answers.push(await send(site(), push));
      for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
      expect(await executionsOf(site(), workflow)).toHaveLength(1);
      expect(await executionsOf(site(), late)).toEqual([]);
      expect(await startsOf(site(), push.sha)).toHaveLength(1);

      const next = githubPushTo(site(), branch);
      const both = await send(site(), next);
      for (const each of [workflow, late]) await ended(site(), each, startedBy(both, each));
      expect(await startsOf(site(), next.sha)).toHaveLength(2);
    });
  });
}
