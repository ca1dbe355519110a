import { UpstreamError } from '../../../platform/upstream/errors.ts';
import { aiCoderAlpha, type CodingTask } from '../../../platform/upstream-apis/ai-coder-alpha.ts';
import { aiCoderBeta, type SolveJob } from '../../../platform/upstream-apis/ai-coder-beta.ts';
import type { StageWork } from '../stage-work.ts';

/** Work that a coding agent has accepted. */
export interface AgentJob {
  agent: 'ai-coder-alpha' | 'ai-coder-beta';
  id: string;
}

export interface AgentResult {
  summary: string;
  commit_sha: string;
  branch: string;
  patch: string;
  files_changed: string[];
  tokens_used: number;
}

/**
 * Hands the work to the first agent, or to the second when the first certainly did not take it on. That it did not is
 * stored first: asked again after a crash, the first might take on what the second has already.
 */
export async function startAgent(work: StageWork, instruction: string, context: string | undefined): Promise<AgentJob> {
  const { repo_url, branch, model } = work.pipeline.request.config;
  const withModel = model === undefined ? {} : { model };
  const task = { instruction, workspace: { repo_url, branch }, ...withModel, ...(context ? { context } : {}) };
  const taken = await work.once(
    'start-alpha',
    async () => idUnlessRefused(() => work.tell('start-alpha', aiCoderAlpha.createTask(task))),
    (id) => (id ? `ai-coder-alpha took the work on as ${id}.` : 'ai-coder-alpha cannot take the work on.'),
  );
  if (taken !== null) return { agent: 'ai-coder-alpha', id: taken };
  const issue_description = context ? `${instruction}\n\n${context}` : instruction;
  const id = await work.once(
    'start-beta',
    async () =>
      (await work.tell('start-beta', aiCoderBeta.solve({ repo_url, branch, issue_description, ...withModel }))).id,
    (started) => `ai-coder-beta took the work on as ${started}.`,
  );
  return { agent: 'ai-coder-beta', id };
}

async function idUnlessRefused(start: () => Promise<{ id: string }>): Promise<string | null> {
  try {
    return (await start()).id;
  } catch (error) {
    if (error instanceof UpstreamError && error.isRetryable && !error.mayHaveBeenSent) return null;
    throw error;
  }
}

/** What an agent made of its job: the result, why it failed, or undefined while it works. */
export async function askAgent(work: StageWork, job: AgentJob): Promise<AgentResult | { failure: string } | undefined> {
  const { status, result, error } = await readJob(work, job);
  if (status === 'queued' || status === 'running') return undefined;
  if (status !== 'completed' || !result) return { failure: error ?? `the job ended as ${status} without a result` };
  return 'patch' in result ? result : { ...result, patch: (await work.read(aiCoderBeta.getPatch(job.id))).patch };
}

function readJob(work: StageWork, job: AgentJob): Promise<CodingTask | SolveJob> {
  if (job.agent === 'ai-coder-alpha') return work.read(aiCoderAlpha.getTask(job.id));
  return work.read(aiCoderBeta.getSolve(job.id));
}
