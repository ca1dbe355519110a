import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { environmentName } from '../../backend/aws/environment.ts';
import { type QueueName, queues, secretsOf } from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import { bundleBytesMax } from '../../lib/bundle-budget.ts';
import { bundleFunctions } from '../../lib/function-code.ts';
import { functionEntries } from '../../lib/function-entries.ts';
import { readStackSettings } from '../../lib/stack-settings.ts';

const entries = functionEntries(readStackSettings(new App().node, {}));
const code = bundleFunctions(entries);
const again = bundleFunctions(entries.slice(0, 2));
const bundle = (name: string) => join(code[name] ?? '', 'index.mjs');

beforeAll(() => {
  for (const name of Object.keys(queues) as QueueName[]) {
    vi.stubEnv(environmentName('queue', name), `https://sqs.example/${name}`);
    vi.stubEnv(environmentName('dead_letters', name), `https://sqs.example/${name}-dead`);
  }
  vi.stubEnv('AWS_REGION', 'us-east-1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const folder of [code, again]) rmSync(dirname(Object.values(folder)[0] ?? ''), { recursive: true });
});

describe('bundles', () => {
  it.each(entries)('$name loads and has a handler', async ({ name }) => {
    const module = (await import(bundle(name))) as { handler: unknown };
    expect(module.handler).toBeTypeOf('function');
  });

  it.each(entries)('$name is within its budget', (entry) => {
    expect(statSync(bundle(entry.name)).size).toBeLessThan(bundleBytesMax(entry));
  });

  it.each(entries)('$name holds the AWS clients that its access names, and no others', ({ name, access }) => {
    const text = readFileSync(bundle(name), 'utf8');
    const isQueueConsumer = taskContracts.some((task) => task.name === name && task.trigger.type === 'queue');
    expect({
      DynamoDB: text.includes('DynamoDB_20120810'),
      S3: text.includes('AmazonS3'),
      SQS: text.includes('AmazonSQS'),
      EventBridge: text.includes('AWSEvents'),
      'Step Functions': text.includes('AWSStepFunctions'),
      'Secrets Manager': text.includes('secretsmanager'),
    }).toEqual({
      DynamoDB: access.tables !== undefined,
      S3: access.objects !== undefined,
      SQS: access.queues !== undefined || isQueueConsumer,
      EventBridge: access.bus !== undefined,
      'Step Functions': access.machines !== undefined,
      'Secrets Manager': secretsOf(access).length > 0,
    });
  });

  it.each(entries)(
    '$name holds what reaches probes, container hosts and receivers if it does, and else not',
    ({ name, access }) => {
      const text = readFileSync(bundle(name), 'utf8');
      const isProbing = text.includes('not ready: ');
      const hasDocker = text.includes('/containers/create?');
      const hasReceivers = text.includes('the URL is neither http nor https');
      expect({ isProbing, hasDocker, hasReceivers }).toEqual({
        isProbing: access.probes === true,
        hasDocker: access.containers === true,
        hasReceivers: access.receivers !== undefined,
      });
    },
  );

  it('bundling again gives the same bytes, so that an unchanged function is not deployed again', () => {
    for (const [name, folder] of Object.entries(again)) {
      for (const file of ['index.mjs', 'index.mjs.map']) {
        const first = readFileSync(join(code[name] ?? '', file), 'utf8');
        expect(readFileSync(join(folder, file), 'utf8') === first, `${name}/${file}`).toBe(true);
      }
    }
  });

  it('no bundle or map tells where it was made', () => {
    for (const { name } of entries) {
      for (const file of [bundle(name), `${bundle(name)}.map`]) {
        expect(readFileSync(file, 'utf8').includes(import.meta.dirname.replace(/\/test\/lib$/, '')), file).toBe(false);
      }
    }
  });
});
