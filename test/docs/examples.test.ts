import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { eventSource } from '../../backend/resources.ts';
import { eventTypeNames } from '../../functions/events/event-types.ts';

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

const busArn = 'arn:aws:events:eu-central-1:111122223333:event-bus/orchestrator';

/** What the app of an example synthesises, run as the documents say. */
async function resourcesOf(example: string, context: Record<string, string>): Promise<Resource[]> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const environment = { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const env = { ...process.env, ...environment };
  await promisify(execFile)(process.execPath, [`docs/examples/${example}.ts`], { env });
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties: { templateFile: string } }>;
  };
  const stack = Object.values(artifacts).find(({ type }) => type === 'aws:cloudformation:stack');
  const template = readFileSync(join(folder, String(stack?.properties.templateFile)), 'utf8');
  return Object.values((JSON.parse(template) as { Resources: Record<string, Resource> }).Resources);
}

const ofType = (resources: Resource[], type: string) =>
  resources.filter((resource) => resource.Type === type).map(({ Properties }) => Properties);

it('the rule of another stack is on the bus that it is given, and matches events that there are', async () => {
  const resources = await resourcesOf('completed-pipelines', { eventBusName: 'orchestrator' });
  const [rule] = ofType(resources, 'AWS::Events::Rule');
  expect(rule).toMatchObject({
    EventBusName: 'orchestrator',
    EventPattern: { source: [eventSource], 'detail-type': ['pipeline.completed'] },
  });
  expect(typesOf(rule)).toSatisfy(areEventTypes);
  expect(
    ofType(resources, 'AWS::SQS::QueuePolicy').map(({ PolicyDocument }) => JSON.stringify(PolicyDocument)),
  ).toEqual(expect.arrayContaining([expect.stringContaining('"sqs:SendMessage"')]));
});

it('the rule of another account is on the bus of the first one, and writes to its own by a role', async () => {
  const resources = await resourcesOf('pipelines-of-another-account', { eventBusArn: busArn });
  const forward = ofType(resources, 'AWS::Events::Rule').find(({ EventBusName }) => EventBusName === busArn);
  expect(typesOf(forward)).toSatisfy(areEventTypes);
  expect(forward?.['Targets']).toMatchObject([
    {
      Arn: { 'Fn::GetAtt': [expect.stringMatching(/^Bus/), 'Arn'] },
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^Sender/), 'Arn'] },
    },
  ]);
  expect(JSON.stringify(ofType(resources, 'AWS::IAM::Policy'))).toContain('"events:PutEvents"');
});

function typesOf(rule: Record<string, unknown> = {}): string[] {
  const pattern = rule['EventPattern'] as { 'detail-type': string[] } | undefined;
  return pattern?.['detail-type'] ?? [];
}

function areEventTypes(types: string[]): boolean {
  return types.length > 0 && types.every((type) => eventTypeNames.some((name) => name === type));
}
