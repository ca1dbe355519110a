import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, type Stack } from 'aws-cdk-lib';
import { functionEntries } from '../../lib/function-entries.ts';
import { OrchestratorStack } from '../../lib/orchestrator-stack.ts';
import { readStackSettings } from '../../lib/stack-settings.ts';

/** The committed list, as a path from the project's root. */
export const statefulResourcesFile = 'lib/stateful-resources.json';

/** A resource that must not be made anew by an ordinary change. */
export interface StatefulResource {
  type: string;
  /** What CloudFormation does with it when it leaves the template, by a change or with the stack. */
  onDelete: string;
  /** Properties of which another value makes CloudFormation replace it. */
  fixed: Record<string, unknown>;
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; DeletionPolicy?: string }>;
}

/**
 * What holds data, what others know by its address, and what has a name of its own, which CloudFormation cannot make anew
 * while the old one is there. For each type the properties that CloudFormation's reference marks with "Update requires:
 * Replacement", as far as they may be used here.
 */
const fixedProperties: Record<string, readonly string[]> = {
  'AWS::ApiGateway::RestApi': [],
  'AWS::CloudFormation::Stack': [],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema'],
  'AWS::EventSchemas::Registry': ['RegistryName'],
  'AWS::Events::EventBus': ['Name'],
  'AWS::KMS::Key': [],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::StepFunctions::StateMachine': ['StateMachineName', 'StateMachineType'],
};

/**
 * The stateful resources of a deployment without any choice, by logical id; in a nested stack with its logical id and a slash
 * before it. No function is bundled for that.
 */
export function statefulResources(): Record<string, StatefulResource> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-templates-'));
  try {
    const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false });
    const settings = readStackSettings(app.node, {});
    const code = Object.fromEntries(functionEntries(settings).map(({ name }) => [name, import.meta.dirname]));
    const stack = new OrchestratorStack(app, settings.stackName, { settings, code });
    app.synth();
    const found = [stack, ...nestedStacksOf(stack)].flatMap((each) => {
      const text = readFileSync(join(folder, 'cdk.out', each.templateFile), 'utf8');
      return statefulIn(JSON.parse(text) as Template, prefixOf(each));
    });
    return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The list as the committed file has it. */
export function statefulResourcesText(): string {
  return `${JSON.stringify(statefulResources(), null, 2)}\n`;
}

function nestedStacksOf(stack: Stack): NestedStack[] {
  return stack.node.findAll().filter((construct): construct is NestedStack => NestedStack.isNestedStack(construct));
}

function prefixOf({ nestedStackResource, nestedStackParent }: Stack): string {
  return nestedStackResource ? `${nestedStackParent?.resolve(nestedStackResource.logicalId)}/` : '';
}

function statefulIn({ Resources }: Template, prefix: string): [string, StatefulResource][] {
  return Object.entries(Resources).flatMap(([id, resource]): [string, StatefulResource][] =>
    resource.Type in fixedProperties ? [[`${prefix}${id}`, statefulOf(resource)]] : [],
  );
}

function statefulOf({
  Type,
  Properties = {},
  DeletionPolicy = 'Delete',
}: Template['Resources'][string]): StatefulResource {
  const names = (fixedProperties[Type] ?? []).filter((name) => Properties[name] !== undefined);
  const fixed = Object.fromEntries(names.map((name) => [name, Properties[name]]));
  return { type: Type, onDelete: DeletionPolicy, fixed };
}
