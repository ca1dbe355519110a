import { type CiPipeline, type CiStep, codeForge } from '../../../platform/upstream-apis/code-forge.ts';
import { keptReasons } from '../stage-run.ts';
import type { Stage, StageWork } from '../stage-work.ts';

/** States in which a CI pipeline or step may still change; `blocked` waits for a person's approval. */
const unfinished: readonly string[] = ['created', 'pending', 'running', 'blocked'];

/** Lines of a failed step's log that go into the reasons: where test runners print what failed. */
const reasonLinesMax = 20;

/** Has the CI run the branch's test suites and collects their logs. */
export const test: Stage = async (work) => {
  const { branch } = work.pipeline.request.config;
  const variables = { OMNI_PIPELINE_ID: work.pipeline.id, OMNI_ITERATION: String(work.run.iteration) };
  const number = await work.once(
    'start-ci',
    async () => (await work.tell('start-ci', codeForge.createPipeline(work.repository, { branch, variables }))).number,
    (started) => `CI pipeline ${started} started on ${branch}.`,
  );
  const ended = await work.until(
    'ci-ended',
    async () => {
      const pipeline = await work.read(codeForge.getPipeline(work.repository, number));
      return unfinished.includes(pipeline.status) ? undefined : collect(work, pipeline);
    },
    ({ status }) => `CI pipeline ${number} ended: ${status}.`,
  );
  return { reasons: ended.reasons, result: { ci_pipeline: number, status: ended.status } };
};

/** Keeps the logs of all steps in one file and says which steps failed and how their logs end. */
async function collect(work: StageWork, pipeline: CiPipeline) {
  const steps = (pipeline.workflows ?? []).flatMap((workflow) => workflow.children ?? []);
  const logs: { step: CiStep; lines: string[] }[] = [];
  for (const step of steps) {
    if (step.state === 'skipped') continue;
    const lines = await work.read(codeForge.getStepLog(work.repository, pipeline.number, step.pid));
    logs.push({ step, lines: lines.map(({ data }) => data.trimEnd()) });
  }
  const text = logs.map(({ step, lines }) => `== ${step.name}: ${step.state}\n${lines.join('\n')}\n`).join('\n');
  await work.keep('test.log', 'text/plain', text);
  return {
    status: pipeline.status,
    reasons: pipeline.status === 'success' ? [] : keptReasons(failures(pipeline, logs)),
  };
}

function failures(pipeline: CiPipeline, logs: { step: CiStep; lines: string[] }[]): string[] {
  const failed = logs.filter(({ step }) => step.state !== 'success');
  if (failed.length === 0) return [`CI pipeline ${pipeline.number} ended as ${pipeline.status}.`];
  return failed.map(({ step, lines }) => {
    const exit = step.exit_code == null ? step.state : `exit code ${step.exit_code}`;
    return `CI step ${step.name} failed (${exit}):\n${lines.slice(-reasonLinesMax).join('\n')}`;
  });
}
