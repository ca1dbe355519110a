import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { TaskContract } from '../functions/core/contract.ts';

const root = join(import.meta.dirname, '..');
const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** What a deployed stack tells about itself. */
export interface AwsStack {
  /** Where the API answers, without a trailing slash. */
  baseUrl: string;
  eventBusName: string;
  tokenSecretArn: string;
  /** Calls the function of a task, as its schedule does. Throws when it fails. */
  call(task: TaskContract): Promise<void>;
  /** Deletes the stack with all its data. */
  destroy(): Promise<void>;
}

/** Deploys the orchestrator to the emulator at AWS_ENDPOINT_URL, under the given context. */
export async function deployAwsStack(endpoint: string, context: Record<string, unknown>): Promise<AwsStack> {
  /** Emulators have no schema registry. */
  const { outputs, destroy } = await deployApp(endpoint, { destroyOnDelete: true, eventSchemas: false, ...context });
  return {
    baseUrl: emulatorUrl(endpoint, outputs),
    eventBusName: String(outputs['EventBusName']),
    tokenSecretArn: String(outputs['TokenSecretArn']),
    call: (task) => callFunction(endpoint, task),
    destroy,
  };
}

/** The one stack of a deployed app. */
interface DeployedApp {
  outputs: Record<string, string>;
  /** Deletes the stack. */
  destroy(): Promise<void>;
}

/**
 * Deploys an app with the CDK CLI, that of cdk.json unless another command is given. The account is bootstrapped first, as
 * on AWS. Throws with what the CLI printed when it fails.
 */
export async function deployApp(
  endpoint: string,
  context: Record<string, unknown>,
  app?: string,
): Promise<DeployedApp> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-cdk-'));
  const settings = Object.entries(context).flatMap(([name, value]) => [
    '--context',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  const outputsFile = join(folder, 'outputs.json');
  const common = ['--output', join(folder, 'cdk.out'), ...settings, ...(app ? ['--app', app] : [])];
  const run = (...parameters: string[]) =>
    promisify(execFile)(process.execPath, [cdk, ...parameters, ...common], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ENDPOINT_URL_S3: endpoint,
      },
      maxBuffer: 64 * 1024 * 1024,
    });
  await run('bootstrap', 'aws://000000000000/us-east-1');
  await run('deploy', '--all', '--require-approval', 'never', '--outputs-file', outputsFile);
  const [outputs] = Object.values(
    JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, DeployedApp['outputs']>,
  );
  if (!outputs) throw new Error('The deployment has no outputs');
  return {
    outputs,
    async destroy() {
      await run('destroy', '--all', '--force');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The host name of a deployed API, `<id>.execute-api.…`, does not resolve to an emulator, which has a path for it. */
function emulatorUrl(endpoint: string, outputs: Record<string, string>): string {
  const url = new URL(String(outputs['ApiUrl']));
  const [apiId] = url.hostname.split('.');
  return `${endpoint}/_aws/execute-api/${apiId}${url.pathname.replace(/\/$/, '')}`;
}

/** Emulators take calls of Lambda's API without a signature. Names are cut short, so the task is known by its summary. */
async function callFunction(endpoint: string, { name, summary }: TaskContract) {
  const functions = `${endpoint}/2015-03-31/functions`;
  const list = (await (await fetch(`${functions}/?MaxItems=10000`)).json()) as {
    Functions: { FunctionName: string; Description: string }[];
  };
  const found = list.Functions.find(({ Description }) => Description === summary);
  if (!found) throw new Error(`None of the ${list.Functions.length} functions is that of ${name}`);
  const answer = await fetch(`${functions}/${found.FunctionName}/invocations`, { method: 'POST', body: '{}' });
  const error = answer.headers.get('x-amz-function-error');
  if (!answer.ok || error) throw new Error(`${name} failed: ${error ?? answer.status} ${await answer.text()}`);
}
