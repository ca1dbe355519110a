import { type CiPipeline, type CiStep, ciPipelineRequest } from '../../upstream-apis/code-forge.ts';
import { spread } from '../spread.ts';
import { bodyOf, type Call, found, type StandIn } from '../stand-in.ts';
import { type WorkRow, workProgress, workState } from '../work.ts';
import { commitSha } from './coding-patch.ts';

/** Stands in for Woodpecker: four steps in a row, with logs. The step `test` fails where `gate_fails` was asked for. */
export const codeForge: StandIn = {
  routes: {
    'POST /api/repos/:owner/:name/pipelines': (call) => {
      const request = bodyOf(ciPipelineRequest, call);
      const row = call.accept({ kind: 'pipeline', subject: repositoryOf(call), request, durationMs: [500, 1_500] });
      return { body: pipelineOf(row, call.now) };
    },
    'GET /api/repos/:owner/:name/pipelines': (call) => {
      const rows = call.world.work.list(call.service, 'pipeline', repositoryOf(call));
      return { body: rows.reverse().map((row) => pipelineOf(row, call.now)) };
    },
    'GET /api/repos/:owner/:name/pipelines/:number': (call) => ({ body: pipelineOf(rowOf(call), call.now) }),
    'GET /api/repos/:owner/:name/pipelines/:number/logs/:step': (call) => {
      const row = rowOf(call);
      const step = found(
        stepsOf(row, call.now).find((one) => `${one.pid}` === call.params['step']),
        'step',
      );
      return { body: logOf(row, step) };
    },
  },
};

const stepNames = ['clone', 'install', 'lint', 'test'] as const;

function repositoryOf(call: Call): string {
  return `${call.params['owner']}/${call.params['name']}`;
}

function rowOf(call: Call): WorkRow {
  const rows = call.world.work.list(call.service, 'pipeline', repositoryOf(call));
  return found(
    rows.find((row) => `${row.ordinal}` === call.params['number']),
    'pipeline',
  );
}

function pipelineOf(row: WorkRow, now: number): CiPipeline {
  const status = statusOf(row, now);
  const hasEnded = status !== 'pending' && status !== 'running';
  const { branch, variables } = ciPipelineRequest.parse(row.request);
  return {
    number: row.ordinal,
    status,
    branch,
    variables: variables ?? {},
    commit: commitSha(`${row.subject} ${row.number}`),
    created: seconds(row.accepted_at),
    started: status === 'pending' ? 0 : seconds(row.starts_at),
    finished: hasEnded && row.ends_at !== null ? seconds(row.ends_at) : 0,
    errors: status === 'error' ? [{ message: 'The agent that ran the pipeline was lost.' }] : [],
    workflows: [{ name: 'test', state: status, children: stepsOf(row, now) }],
  };
}

function statusOf(row: WorkRow, now: number): CiPipeline['status'] {
  const state = workState(row, now);
  if (state === 'done') return row.fault === 'gate_fails' ? 'failure' : 'success';
  return ({ waiting: 'pending', running: 'running', failed: 'error', stopped: 'killed' } as const)[state];
}

/** The steps share the pipeline's time equally; what a pipeline that ended badly has not run is skipped. */
function stepsOf(row: WorkRow, now: number): CiStep[] {
  const status = statusOf(row, now);
  const stepsDone = workProgress(row, now) * stepNames.length;
  return stepNames.map((name, position) => {
    const state = stepState(status, position, stepsDone);
    return { pid: position + 2, name, state, exit_code: state === 'failure' ? 1 : 0, error: '' };
  });
}

function stepState(pipeline: CiPipeline['status'], position: number, stepsDone: number): CiStep['state'] {
  const isLast = position === stepNames.length - 1;
  if (pipeline === 'failure') return isLast ? 'failure' : 'success';
  if (pipeline === 'error' || pipeline === 'killed') return position === 0 ? 'success' : 'skipped';
  if (stepsDone >= position + 1) return 'success';
  return pipeline === 'running' && stepsDone >= position ? 'running' : 'pending';
}

function logOf(row: WorkRow, step: CiStep) {
  if (step.state === 'pending' || step.state === 'skipped') return [];
  return linesOf(row, step).map((text, line) => ({
    id: line + 1,
    step_id: step.pid,
    line,
    time: line,
    data: Buffer.from(text).toString('base64'),
    type: 0,
  }));
}

function linesOf(row: WorkRow, step: CiStep): string[] {
  const tests = spread(`tests ${row.subject}`, 12, 60);
  const { branch } = ciPipelineRequest.parse(row.request);
  switch (step.name) {
    case 'clone':
      return [
        `+ git fetch --depth=1 origin ${branch}`,
        `+ git reset --hard ${commitSha(`${row.subject} ${row.number}`)}`,
      ];
    case 'install':
      return ['+ pip install -r requirements.txt', 'Requirements satisfied.'];
    case 'lint':
      return ['+ ruff check .', 'All checks passed!'];
    default:
      return ['+ pytest -q', ...testLines(step.state, tests)];
  }
}

function testLines(state: CiStep['state'], tests: number): string[] {
  if (state === 'running') return [];
  if (state === 'success') return [`${tests} passed in 0.41s`];
  const failure = 'FAILED tests/test_api.py::test_refuses_an_expired_token - assert 200 == 401';
  return [failure, `1 failed, ${tests - 1} passed in 0.43s`];
}

function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
