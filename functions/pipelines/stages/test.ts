import { UpstreamError } from '../../../platform/upstream/errors.ts';
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
  const number = await work.startOnce(
    'start-ci',
    {
      service: 'code-forge',
      start: async () =>
        (await work.tell('start-ci', codeForge.createPipeline(work.repository, { branch, variables }))).number,
      find: async () =>
        (await work.read(codeForge.listPipelines(work.repository))).find(hasVariables(variables))?.number,
    },
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

/** Whether a run is the one that was started with these variables: they name our pipeline and iteration. */
function hasVariables(variables: Record<string, string>) {
  return (run: CiPipeline) => Object.entries(variables).every(([name, value]) => run.variables?.[name] === value);
}

/** Keeps each step's log in a file and says which steps failed and how their logs end. A log that cannot be had changes no verdict. */
async function collect(work: StageWork, { number, status, workflows }: CiPipeline) {
  const steps = (workflows ?? [])
    .flatMap((workflow) => workflow.children ?? [])
    .filter(({ state }) => state !== 'skipped');
  const reasons: string[] = [];
  for (const step of steps) {
    const log = await keptLog(work, number, step);
    if (step.state !== 'success') reasons.push(failureOf(step, log));
  }
  if (status === 'success') return { status, reasons: [] };
  return { status, reasons: keptReasons(reasons.length > 0 ? reasons : [`CI pipeline ${number} ended as ${status}.`]) };
}

/** The log of a step, from the file that an earlier call kept or from the CI. */
async function keptLog(work: StageWork, pipeline: number, step: CiStep): Promise<string> {
  const name = `${step.pid}-${step.name.replaceAll(/[^\w.-]/g, '_')}.log`;
  const kept = await work.readArtifact(work.run, name);
  if (kept !== undefined) return kept;
  const log = await readLog(work, pipeline, step);
  await work.keep(name, 'text/plain', log);
  return log;
}

async function readLog(work: StageWork, pipeline: number, step: CiStep): Promise<string> {
  try {
    const lines = await work.read(codeForge.getStepLog(work.repository, pipeline, step.pid));
    return lines.map(({ data }) => data.trimEnd()).join('\n');
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.isRetryable) throw error;
    await work.warn(`The log of CI step ${step.name} cannot be had: ${error.message}`);
    return `(no log: ${error.message})`;
  }
}

function failureOf(step: CiStep, log: string): string {
  const exit = step.exit_code == null ? step.state : `exit code ${step.exit_code}`;
  return `CI step ${step.name} failed (${exit}):\n${log.split('\n').slice(-reasonLinesMax).join('\n')}`;
}
