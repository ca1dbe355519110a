import { shortened } from '../stage-run.ts';
import type { Stage, StageWork } from '../stage-work.ts';
import { type AgentJob, type AgentResult, askAgent, startAgent } from './coding-agents.ts';

/** Has a coding agent do the task on the branch, and from the second iteration on mend what was held against the last. */
export const generate: Stage = async (work) => {
  const instruction = instructionFor(work.pipeline.request.task, await work.reasonsOfLastIteration());
  const job = await startAgent(work, instruction, await contextFor(work));
  const ended = await work.until('agent-ended', () => finish(work, job), describeEnd);
  if ('failure' in ended) return { reasons: [`The coding agent failed: ${ended.failure}.`], result: {} };
  return { reasons: [], result: { ...ended, agent: job.agent } };
};

interface Work extends Omit<AgentResult, 'patch' | 'files_changed'> {
  /** How many; the patch names them. */
  files_changed: number;
}

type Ended = Work | { failure: string };

/** An agent's summary goes into logs, results and lessons: a few paragraphs. */
const summaryCharactersMax = 2000;

/** Keeps the patch apart from what is remembered of the result: a patch can be far larger than a stored step may be. */
async function finish(work: StageWork, job: AgentJob): Promise<Ended | undefined> {
  const answer = await askAgent(work, job);
  if (answer === undefined || 'failure' in answer) return answer;
  const { patch, files_changed, summary, ...ended } = answer;
  await work.keep('changes.patch', 'text/x-diff', patch);
  return { ...ended, files_changed: files_changed.length, summary: shortened(summary, summaryCharactersMax) };
}

function describeEnd(ended: Ended): string {
  if ('failure' in ended) return `The agent failed: ${ended.failure}`;
  return `The agent changed ${ended.files_changed} files in commit ${ended.commit_sha}: ${ended.summary}`;
}

/** The task, with what was held against the previous attempt. */
export function instructionFor(task: string, reasons: string[]): string {
  if (reasons.length === 0) return task;
  const list = reasons.map((reason) => `- ${reason}`).join('\n');
  return `${task}\n\nThe previous attempt was rejected for these reasons. Mend them:\n${list}`;
}

async function contextFor(work: StageWork): Promise<string | undefined> {
  const run = await work.runOf('enrich');
  const [context, patterns] = [
    await work.readArtifact(run, 'context.md'),
    await work.readArtifact(run, 'patterns.json'),
  ];
  const parts = [context, patterns && `Recommended patterns:\n${patterns}`].filter((part) => part);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}
