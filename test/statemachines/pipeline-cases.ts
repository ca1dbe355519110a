import { type StageName, stageNames } from '../../functions/core/settings.ts';
import type { MachineCase, TaskResults } from './run-machine.ts';

const ended = { status: 'completed' };
const go = (iteration = 1) => ({ next: 'continue', iteration });
const wait = (iteration = 1) => ({ next: 'wait', iteration, wait_seconds: 1 });
const sendBack = (iteration: number) => ({ next: 'send_back', iteration });
const finish = (iteration = 1) => ({ next: 'finish', iteration });

/** The input that a pipeline of these stages is launched with. */
export function inputFor(stages: readonly StageName[]) {
  return {
    pipeline_id: 'pipe_1',
    stages: Object.fromEntries(stageNames.map((name) => [name, stages.includes(name)])),
    outcome: { next: 'continue', iteration: 1 },
  };
}

function results(changes: Partial<Record<StageName, TaskResults[string]>> = {}): TaskResults {
  const ofStages = stageNames.map((name) => [`Run ${name}`, changes[name] ?? [go()]]);
  return { ...Object.fromEntries(ofStages), 'Finish pipeline': [ended] };
}

/** The states of these stages, each answering at once, from the choice of the first on. */
function through(...stages: StageName[]): string[] {
  return stages.flatMap((name) => [`Choose ${name}`, `Run ${name}`, `Judge ${name}`]);
}

const before = (stage: StageName) => stageNames.slice(0, stageNames.indexOf(stage));
const after = (stage: StageName) => stageNames.slice(stageNames.indexOf(stage) + 1);

const allAtOnce: MachineCase = {
  name: 'eight stages that answer at once run in order',
  input: inputFor(stageNames),
  results: results(),
  path: [...through(...stageNames), 'Finish pipeline'],
  output: ended,
};

const skipped: MachineCase = {
  name: 'stages that were not asked for are passed over',
  input: inputFor([]),
  results: results(),
  path: [...stageNames.map((name) => `Choose ${name}`), 'Finish pipeline'],
  output: ended,
};

const subset: MachineCase = {
  name: 'a subset runs in the order of the platform',
  input: inputFor(['test', 'ingest']),
  results: results(),
  path: [
    ...through('ingest'),
    'Choose enrich',
    'Choose generate',
    'Choose validate',
    ...through('test'),
    'Choose deploy',
    'Choose monitor',
    'Choose learn',
    'Finish pipeline',
  ],
  output: ended,
};

const waits = stageNames.map(
  (stage): MachineCase => ({
    name: `${stage} is asked again after a wait until it is done`,
    input: inputFor(stageNames),
    results: results({ [stage]: [wait(), wait(), go()] }),
    path: [
      ...through(...before(stage)),
      `Choose ${stage}`,
      ...Array(2)
        .fill([`Run ${stage}`, `Judge ${stage}`, `Wait for ${stage}`])
        .flat(),
      `Run ${stage}`,
      `Judge ${stage}`,
      ...through(...after(stage)),
      'Finish pipeline',
    ],
    output: ended,
  }),
);

const finishes = stageNames.map(
  (stage): MachineCase => ({
    name: `${stage} that asks to finish leads to the end, and no other stage runs`,
    input: inputFor(stageNames),
    results: results({ [stage]: [finish()] }),
    path: [...through(...before(stage)), ...through(stage), 'Finish pipeline'],
    output: ended,
  }),
);

const brokenOff = stageNames.map(
  (stage): MachineCase => ({
    name: `${stage} whose function fails for good leads to the end`,
    input: inputFor(stageNames),
    results: results({ [stage]: [new Error('the table is gone')] }),
    path: [...through(...before(stage)), `Choose ${stage}`, `Run ${stage}`, 'Finish pipeline'],
    output: ended,
  }),
);

const sentBack = (['validate', 'test'] as const).map((gate): MachineCase => {
  const between = gate === 'test' ? through('validate') : [];
  return {
    name: `${gate} that sends the work back leads to generate, with the next iteration`,
    input: inputFor(stageNames),
    results: results({
      generate: [go(1), go(2)],
      validate: gate === 'validate' ? [sendBack(2), go(2)] : [go(1), go(2)],
      test: gate === 'test' ? [sendBack(2), go(2)] : [go(2)],
      deploy: [go(2)],
      monitor: [go(2)],
      learn: [go(2)],
    }),
    path: [
      ...through('ingest', 'enrich', 'generate'),
      ...between,
      ...through(gate),
      'Run generate',
      'Judge generate',
      ...through('validate', 'test', 'deploy', 'monitor', 'learn'),
      'Finish pipeline',
    ],
    output: ended,
  };
});

export const pipelineCases: MachineCase[] = [
  allAtOnce,
  skipped,
  subset,
  ...waits,
  ...finishes,
  ...brokenOff,
  ...sentBack,
];
