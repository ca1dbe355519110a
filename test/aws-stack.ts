import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** What a deployed stack tells about itself. */
export interface AwsStack {
  /** Where the API answers, without a trailing slash. */
  baseUrl: string;
  eventBusName: string;
  tokenSecretArn: string;
  /** Deletes the stack with all its data. */
  destroy(): Promise<void>;
}

/**
 * Deploys the app with the CDK CLI to the emulator at AWS_ENDPOINT_URL, under the given context. The account is
 * bootstrapped first, as on AWS. Throws with what the CLI printed when it fails.
 */
export async function deployAwsStack(endpoint: string, context: Record<string, unknown>): Promise<AwsStack> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-cdk-'));
  /** Emulators have no schema registry. */
  const settings = Object.entries({ destroyOnDelete: true, eventSchemas: false, ...context }).flatMap(
    ([name, value]) => ['--context', `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
  const outputs = join(folder, 'outputs.json');
  const endpoints = { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: endpoint };
  const run = (...parameters: string[]) =>
    promisify(execFile)(process.execPath, [cdk, ...parameters, '--output', join(folder, 'cdk.out'), ...settings], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`,
        ...endpoints,
      },
      maxBuffer: 64 * 1024 * 1024,
    });
  await run('bootstrap', 'aws://000000000000/us-east-1');
  await run('deploy', '--all', '--require-approval', 'never', '--outputs-file', outputs);
  const [stack] = Object.values(JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, Record<string, string>>);
  if (!stack) throw new Error('The deployment has no outputs');
  return {
    baseUrl: emulatorUrl(endpoint, stack),
    eventBusName: String(stack['EventBusName']),
    tokenSecretArn: String(stack['TokenSecretArn']),
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
