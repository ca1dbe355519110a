import { randomUUID } from 'node:crypto';
import { expect, type TestContext, vi } from 'vitest';
import { giteaHeaders, giteaPush, githubHeaders, githubPush, hmacOf } from '../functions/workflows/hook-samples.ts';
import { type Answer, call, cause, type Site } from './site.ts';

export interface Problem {
  path: string;
  message: string;
}

export interface WorkflowAnswer {
  id: string;
  version: number;
  steps: { name: string; action: string }[];
}

export interface ExecutionEntry {
  execution_id: string;
  workflow_id: string;
  workflow_version: number;
  status: string;
  trigger: { type: string; reference: string | null };
  created_at: string;
  error: { code: string; step: string | null; message: string } | null;
}

export interface ExecutedStep {
  status: string;
  attempts: number;
  input: { path: string; body: Record<string, unknown> | null } | null;
  input_url: string | null;
  output: unknown;
  output_url: string | null;
  error: { code: string; message: string } | null;
  skip_reason: string | null;
  started_at: string | null;
  completed_at: string | null;
}

export interface ExecutionAnswer extends ExecutionEntry {
  event: unknown;
  event_url: string | null;
  steps: Record<string, ExecutedStep>;
}

/** A definition as users write it; the type says what tests write. */
export interface Definition {
  name?: string;
  trigger?: Record<string, unknown>;
  steps: Step[];
}

export type Step = { name: string; service: string; action: string } & Record<string, unknown>;

/** A step whose work is seen among the starts of the simulated platform: a remark, with what it says. */
export const remark = (name: string, text: string, more: Record<string, unknown> = {}): Step => ({
  name,
  service: 'observatory',
  action: 'POST /api/annotations',
  input: { text },
  ...more,
});

/** A step that asks for something, whose answer nobody needs. */
export const question = (name: string, more: Record<string, unknown> = {}): Step => ({
  name,
  service: 'neo4j-graphrag-api',
  action: 'GET /graph/stats',
  ...more,
});

/** 'Create Workflow' of the API reference, word for word. */
export const referenceExample = {
  name: 'code-review-pipeline',
  description: 'Automated code review with AI analysis',
  trigger: { type: 'webhook', event: 'push', filter: { branch: 'main' } },
  steps: [
    {
      name: 'analyze',
      service: 'neo4j-graphrag-api',
      action: 'POST /patterns/recommend',
      input: { task: '{{event.commit_message}}' },
    },
    {
      name: 'scan',
      service: 'security-shield',
      action: 'POST /api/v1/scan',
      input: { repo: '{{event.repo_url}}', commit: '{{event.sha}}' },
      depends_on: [],
    },
    {
      name: 'review',
      service: 'ai-coder-alpha',
      action: 'POST /api/v1/tasks',
      input: {
        instruction: 'Review the latest commit: {{event.sha}}',
        context: '{{steps.analyze.output}}',
      },
      depends_on: ['analyze', 'scan'],
    },
  ],
};

/** A text that no other test uses. */
export const newMark = () => `mark-${randomUUID().slice(0, 8)}`;

export interface StoredWorkflow {
  id: string;
  path: string;
}

/** Creates a workflow. */
export async function create(site: Site, definition: Definition): Promise<StoredWorkflow> {
  const body = { name: 'end to end', ...definition };
  const answer = await call<WorkflowAnswer>(site, 'POST /api/v1/workflows', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { id: answer.body.id, path: `/api/v1/workflows/${answer.body.id}` };
}

/** As {@link create}, until the test ends. */
export async function createFor(test: TestContext, site: Site, definition: Definition): Promise<StoredWorkflow> {
  const workflow = await create(site, definition);
  test.onTestFinished(async () => void (await call(site, `DELETE ${workflow.path}`)));
  return workflow;
}

/** Begins an execution, and gives its id. */
export async function begin(site: Site, { path }: StoredWorkflow, event?: unknown): Promise<string> {
  const body = event === undefined ? undefined : { event };
  const answer = await call<ExecutionEntry>(site, `POST ${path}/execute`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.execution_id;
}

/** Long enough for some state transitions of an emulator of AWS on a busy machine. */
const waiting = { timeout: 60_000, interval: 200 };

/** The execution as soon as this holds of it. */
export function executionOnce(
  site: Site,
  { path }: StoredWorkflow,
  id: string,
  holds: (execution: ExecutionAnswer) => boolean,
): Promise<ExecutionAnswer> {
  return vi.waitFor(async () => {
    const { status, body } = await call<ExecutionAnswer>(site, `GET ${path}/executions/${id}`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(holds(body), JSON.stringify(body)).toBe(true);
    return body;
  }, waiting);
}

const hasEnded = ({ status }: ExecutionEntry) => status !== 'running';

export function ended(site: Site, workflow: StoredWorkflow, id: string): Promise<ExecutionAnswer> {
  return executionOnce(site, workflow, id, hasEnded);
}

/** Executes a workflow, and gives the execution once it has ended. */
export async function run(site: Site, workflow: StoredWorkflow, event?: unknown): Promise<ExecutionAnswer> {
  return ended(site, workflow, await begin(site, workflow, event));
}

export async function executionsOf(site: Site, { path }: StoredWorkflow, query = ''): Promise<ExecutionEntry[]> {
  const request = `GET ${path}/executions?limit=100&${query}`;
  const answer = await call<{ executions: ExecutionEntry[] }>(site, request);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.executions;
}

/** The executions as soon as there are so many and all have ended. */
export function allEnded(site: Site, workflow: StoredWorkflow, count: number): Promise<ExecutionEntry[]> {
  return vi.waitFor(async () => {
    const executions = await executionsOf(site, workflow);
    expect(executions.map(hasEnded)).toEqual(Array.from({ length: count }, () => true));
    return executions;
  }, waiting);
}

/** Keeps steps that are to be tried again from ending well, by the path of their call, until this is called. */
export function hold(site: Site, service: string, match: string): Promise<() => Promise<void>> {
  return cause(site, { service, fault: 'error', status: 503, match });
}

/** A push as it is sent: the body and headers of GitHub or Gitea, the signature made with the secret of this site. */
export interface Push {
  body: string;
  headers: Record<string, string>;
  sha: string;
  /** As the event has it. */
  repoUrl: string;
}

export function githubPushTo(site: Site, branch: string, message = 'Add the login page'): Push {
  const { sha, commit, repository } = newCommit(githubPush.head_commit, githubPush.repository, message);
  const payload = { ...githubPush, ref: `refs/heads/${branch}`, after: sha, head_commit: commit, repository };
  const body = JSON.stringify({ ...payload, commits: [commit] });
  const signature = { 'x-hub-signature-256': `sha256=${hmacOf(body, site.hookSecret)}` };
  const headers = { ...githubHeaders(body, { delivery: randomUUID() }), ...signature };
  return { body, headers, sha, repoUrl: repository.clone_url.replace(/\.git$/, '') };
}

export function giteaPushTo(site: Site, branch: string): Push {
  const { sha, commit, repository } = newCommit(giteaPush.head_commit, giteaPush.repository, 'Add the login page');
  const payload = { ...giteaPush, ref: `refs/heads/${branch}`, after: sha, head_commit: commit, repository };
  const body = JSON.stringify({ ...payload, commits: [commit] }, null, 2);
  const digest = hmacOf(body, site.hookSecret);
  const signatures = { 'x-gitea-signature': digest, 'x-hub-signature-256': `sha256=${digest}` };
  const headers = { ...giteaHeaders(body, { delivery: randomUUID() }), ...signatures };
  return { body, headers, sha, repoUrl: repository.clone_url.replace(/\.git$/, '') };
}

function newCommit<Commit extends object, Repository extends { clone_url: string }>(
  sample: Commit,
  repository: Repository,
  message: string,
) {
  const sha = `${randomUUID()}${randomUUID()}`.replaceAll('-', '').slice(0, 40);
  const clone_url = repository.clone_url.replace(/[^/]+\.git$/, `project-${sha.slice(0, 8)}.git`);
  return { sha, commit: { ...sample, id: sha, message }, repository: { ...repository, clone_url } };
}

export interface HookAnswer {
  executions: { execution_id: string; workflow_id: string }[];
}

/** Sends a push as its sender does, without a token. */
export function send(site: Site, { body, headers }: Push, event = 'push'): Promise<Answer<HookAnswer>> {
  return call<HookAnswer>(site, `POST /api/v1/hooks/${event}`, { body, headers, token: null });
}

/** The execution that an answered push started of this workflow. */
export function startedBy({ status, body }: Answer<HookAnswer>, { id }: StoredWorkflow): string {
  expect(status, JSON.stringify(body)).toBe(202);
  const started = body.executions.filter(({ workflow_id }) => workflow_id === id);
  expect(started).toHaveLength(1);
  return String(started[0]?.execution_id);
}
