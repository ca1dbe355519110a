import type { Workflow } from '../../functions/workflows/workflow.ts';
import { type Benchmark, type Measure, median } from '../measure.ts';
import { machineMs } from '../polling/machine-clock.ts';
import { criticalPath, line, random, wide } from './shapes.ts';
import { startStepService } from './step-service.ts';
import { openWorkflowHome, type StepOf, type WorkflowHome } from './workflow-home.ts';

/** How long the service takes for each step. */
const stepMs = 10;

/** The goals of the design, as a ratio to the critical path. */
const goals = { line: 1.15, wide: 1.6 };

/** So many executions of 40 steps that the compilers have settled, as in a process that runs for days; they take two seconds. */
const warmUps = 60;

/** The first runs of a shape open its connections. */
const firstRounds = 5;
const rounds = 25;

/** Random workflows of 50 steps, the same ones each time. */
const seeds = [1, 2, 3, 4, 5];

/** How long executions take from their launch to their stored end, of steps that take 10 ms each. */
export const workflows: Benchmark = {
  name: 'workflows',
  async run() {
    const service = await startStepService(stepMs);
    const home = await openWorkflowHome(service.url);
    try {
      return await measure(home, service.url);
    } finally {
      await home.close();
      await service.close();
    }
  },
};

async function measure(home: WorkflowHome, url: string): Promise<Measure[]> {
  const shapes = [line(10), wide(39)];
  const dags = seeds.map((seed) => random(50, seed));
  const settling = await home.store(shapes[1] as StepOf[]);
  for (let count = 0; count < warmUps; count += 1) await home.execute(settling);
  const lineTook = await makespans(home, shapes[0] as StepOf[], () => bareLine(url, 10));
  const wideTook = await makespans(home, shapes[1] as StepOf[], () => bareWide(url, 39));
  const ratios: number[] = [];
  for (const dag of dags) ratios.push((await makespans(home, dag)).medianMs / (criticalPath(dag) * stepMs));
  return [
    ratioMeasure('Workflow of 10 steps in a line', lineTook, { steps: 10, goal: goals.line }),
    {
      name: 'Workflow of 10 steps in a line: extra time per step',
      value: `${((lineTook.medianMs - 10 * stepMs) / 10).toFixed(2)} ms (bare: ${((lineTook.bareMs - 10 * stepMs) / 10).toFixed(2)} ms)`,
    },
    ratioMeasure('Workflow of 39 steps side by side and one after them', wideTook, { steps: 2, goal: goals.wide }),
    {
      name: `Workflows of 50 random steps: makespan, critical path = 1`,
      value: `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    },
  ];
}

interface Took {
  medianMs: number;
  /** The same calls without a workflow. */
  bareMs: number;
}

function ratioMeasure(
  name: string,
  { medianMs, bareMs }: Took,
  { steps, goal }: { steps: number; goal: number },
): Measure {
  const ratio = medianMs / (steps * stepMs);
  return {
    name: `${name}: makespan, critical path = 1`,
    value: `${ratio.toFixed(2)} (bare: ${(bareMs / (steps * stepMs)).toFixed(2)})`,
    goal: `≤ ${goal}`,
    isMet: ratio <= goal,
  };
}

/** Medians of rounds in turns with the bare calls. */
async function makespans(home: WorkflowHome, steps: StepOf[], bare?: () => Promise<number>): Promise<Took> {
  const workflow: Workflow = await home.store(steps);
  const [took, bareTook]: [number[], number[]] = [[], []];
  for (let round = 0; round < firstRounds + rounds; round += 1) {
    const tookMs = await home.execute(workflow);
    const bareMs = (await bare?.()) ?? 0;
    if (round < firstRounds) continue;
    took.push(tookMs);
    bareTook.push(bareMs);
  }
  return { medianMs: median(took), bareMs: median(bareTook) };
}

async function bareLine(url: string, count: number): Promise<number> {
  const startMs = machineMs();
  for (let left = count; left > 0; left -= 1) await bareStep(url);
  return machineMs() - startMs;
}

async function bareWide(url: string, count: number): Promise<number> {
  const startMs = machineMs();
  await Promise.all(Array.from({ length: count }, () => bareStep(url)));
  await bareStep(url);
  return machineMs() - startMs;
}

async function bareStep(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/work`, { method: 'POST', headers, body: '{"event":1}' });
  await response.json();
}
