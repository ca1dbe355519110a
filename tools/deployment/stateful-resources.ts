import { synthesise } from '../documentation/synthesise.ts';
import type { StackResources, TemplateResource } from '../documentation/whole-app.ts';

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
 * before it.
 */
export function statefulResources(): Record<string, StatefulResource> {
  const found = synthesise().stacks.flatMap(statefulIn);
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The list as the committed file has it. */
export function statefulResourcesText(): string {
  return `${JSON.stringify(statefulResources(), null, 2)}\n`;
}

function statefulIn({ name, resources }: StackResources): [string, StatefulResource][] {
  const prefix = name && `${name}/`;
  return Object.entries(resources).flatMap(([id, resource]): [string, StatefulResource][] =>
    resource.Type in fixedProperties ? [[`${prefix}${id}`, statefulOf(resource)]] : [],
  );
}

function statefulOf({
  Type,
  Properties = {},
  DeletionPolicy = 'Delete',
}: Partial<TemplateResource> & { Type: string }) {
  const names = (fixedProperties[Type] ?? []).filter((name) => Properties[name] !== undefined);
  const fixed = Object.fromEntries(names.map((name) => [name, Properties[name]]));
  return { type: Type, onDelete: DeletionPolicy, fixed };
}
