import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib';
import { environmentName } from '../../backend/aws/environment.ts';
import { type QueueName, queues } from '../../backend/resources.ts';
import { bundleBytesMax } from '../../lib/bundle-budget.ts';
import { bundleFunctions } from '../../lib/function-code.ts';
import { functionEntries } from '../../lib/function-entries.ts';
import { readStackSettings } from '../../lib/stack-settings.ts';
import { type Benchmark, type Measure, median } from '../measure.ts';

/** Each module is loaded so often, in a process of its own. */
const loads = 3;

/**
 * How large each Lambda function is, and what it costs to start: the CPU time of a new Node process that imports it,
 * beside one that imports an empty handler.
 */
export const bundles: Benchmark = {
  name: 'bundles',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export const handler = async () => undefined;');
    try {
      const entries = functionEntries(readStackSettings(new App().node, {}));
      const code = bundleFunctions(entries);
      const emptyCost = loadCost(empty);
      return entries.map((entry) => {
        const file = join(code[entry.name] ?? '', 'index.mjs');
        const [bytes, goalBytes] = [statSync(file).size, bundleBytesMax(entry)];
        return measureOf(entry.name, { bytes, goalBytes, loadMicros: loadCost(file), emptyMicros: emptyCost });
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const report = `await import(process.argv[1]);
const { user, system } = process.cpuUsage();
console.log(user + system);`;

/** CPU time of a process that imports the module, in microseconds. */
function loadCost(file: string): number {
  const parameters = ['--input-type=module', '--eval', report, pathToFileURL(file).href];
  const urls = (Object.keys(queues) as QueueName[]).flatMap((name) => [
    [environmentName('queue', name), `https://sqs.example/${name}`],
    [environmentName('dead_letters', name), `https://sqs.example/${name}-dead`],
  ]);
  const environment = { ...process.env, AWS_REGION: 'us-east-1', ...Object.fromEntries(urls) };
  const once = () => Number(execFileSync(process.execPath, parameters, { env: environment, encoding: 'utf8' }));
  return median(Array.from({ length: loads }, once));
}

function measureOf(
  name: string,
  bundle: { bytes: number; goalBytes: number; loadMicros: number; emptyMicros: number },
): Measure {
  const { bytes, goalBytes, loadMicros, emptyMicros } = bundle;
  const extraMs = (loadMicros - emptyMicros) / 1000;
  return {
    name: `Bundle ${name}: bytes; CPU time to start with it, with an empty handler = 1, and beyond that`,
    value: `${bytes.toLocaleString('en')}; ${(loadMicros / emptyMicros).toFixed(2)}, ${extraMs.toFixed(0)} ms`,
    goal: `< ${goalBytes.toLocaleString('en')}`,
    isMet: bytes < goalBytes,
  };
}
