import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functionEntries } from '../../lib/function-entries.ts';
import { OrchestratorStack } from '../../lib/orchestrator-stack.ts';
import { readStackSettings } from '../../lib/stack-settings.ts';
import { wholeApp } from './whole-app.ts';

/** Templates do not depend on what the bundles hold, so all functions share a folder; function-code.test.ts makes the real ones. */
const folder = mkdtempSync(join(tmpdir(), 'orchestrator-code-'));
writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => undefined;');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** In place of the bundles of all functions. */
export const noBundles = Object.fromEntries(
  functionEntries({ catalogue: { services: [] } }).map(({ name }) => [name, folder]),
);

type Context = Record<string, unknown>;

const made = new Map<string, ReturnType<typeof make>>();

/**
 * The stack under a context, its templates, and the resources of all of them; made once for each context, as that takes a
 * second. Not to be changed.
 */
export function synthesise(context: Context = {}) {
  const key = JSON.stringify(context);
  const stack = made.get(key) ?? make(context);
  made.set(key, stack);
  return stack;
}

function make(context: Context) {
  const app = new App({ context, analyticsReporting: false });
  const settings = readStackSettings(app.node, {});
  const stack = new OrchestratorStack(app, settings.stackName, { settings, code: noBundles });
  const { parent, nested, resources } = wholeApp(stack);
  const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type);
  return { stack, parent, nested, resources, ofType };
}

/** A context in which everything that can be chosen is chosen. */
export const everyChoice = {
  destroyOnDelete: true,
  encryptionKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111',
  vpc: {
    id: 'vpc-11111111',
    availabilityZones: ['us-east-1a'],
    subnetIds: ['subnet-11111111'],
    securityGroupIds: ['sg-11111111'],
  },
  privateApi: { vpcEndpointIds: ['vpce-11111111'] },
  publicProbes: true,
  upstreamSecrets: {
    'code-forge': 'omni/code-forge',
    'source-control': 'arn:aws:secretsmanager:us-east-1:111111111111:secret:gitea-a1b2c3',
  },
  domain: {
    name: 'api.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/11111111-1111-1111-1111-111111111111',
    hostedZone: { id: 'Z111', name: 'example.com' },
  },
  tokenSecret: 'omni/token',
  containerHostsSecret: 'omni/container-hosts',
  hookSecret: 'omni/hooks',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111111111111:alarms',
  apiGatewayLogRole: false,
  eventSchemas: false,
  rateLimits: { read: 500 },
  webhookAllow: ['10.1.0.0/16', 'hooks.corp.example'],
  webhookRetryDelays: [5, 60],
};
