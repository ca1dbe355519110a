import { machines } from '../../../backend/resources.ts';
import { code } from '../markdown-table.ts';
import type { TemplateResource } from '../whole-app.ts';

/** Says in words what a value of a template stands for, e.g. "table `locks`". */
export type Readable = (value: unknown) => string;

/** Reads the values of a template, in which logical ids are looked for in these resources, the nearest first. */
export function readableIn(templates: readonly Record<string, TemplateResource>[]): Readable {
  function flat(value: unknown): string {
    if (typeof value === 'string') return value;
    const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
    if (Array.isArray(join)) return (join[1] as unknown[]).map(flat).join(join[0] as string);
    const id = String(Ref ?? (attribute as unknown[])[0]);
    const resource = templates.map((resources) => resources[id]).find((found) => found !== undefined);
    return resource ? nameOf(resource) : `<${id}>`;
  }
  return (value) => patterns.reduce((text, [pattern, words]) => text.replace(pattern, words), flat(value));
}

/** What a resource is called: its construct's name, of which CDK's own parts of the path are left out. */
export function ownName({ Metadata }: TemplateResource): string {
  const path = (Metadata?.['aws:cdk:path'] ?? '').split('/');
  return path.findLast((part) => !partsOfConstructs.includes(part)) ?? '';
}

const partsOfConstructs = ['Resource', 'Function', 'Role', 'Machine', 'Rule'];

/** The state machine that a construct's name stands for, as its file is called. */
export function machineName(resource: TemplateResource): string {
  const name = ownName(resource).replace(/Machine$/, '');
  return name.replaceAll(/\B[A-Z]/g, '-$&').toLowerCase();
}

/** Of the first of these there are several, with names; of the others one, or each function has its own. */
const named: Record<string, string> = {
  'AWS::DynamoDB::Table': 'table',
  'AWS::SQS::Queue': 'queue',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::Lambda::Function': 'function',
};
const unnamed: Record<string, string> = {
  'AWS::S3::Bucket': 'the bucket',
  'AWS::Events::EventBus': 'the bus',
  'AWS::Events::Rule': 'the rule of the bus',
  'AWS::SNS::Topic': 'the topic',
  'AWS::Logs::LogGroup': 'its log group',
};

function nameOf(resource: TemplateResource): string {
  if (resource.Type === 'AWS::StepFunctions::StateMachine') return `state machine ${code(machineName(resource))}`;
  const kind = named[resource.Type];
  return kind ? `${kind} ${code(ownName(resource))}` : (unnamed[resource.Type] ?? resource.Type);
}

/** What cannot be read off a single resource: parts of one, and what is named by an ARN that is put together. */
const patterns: [pattern: RegExp, words: string][] = [
  [/^table (`.+`)\/index\/.+$/, 'indexes of $1'],
  [/^the bucket\/\*$/, 'all objects'],
  [/^the bucket\/(.+)$/, 'objects `$1`'],
  [new RegExp(`^.+:execution:.+-(${machines.join('|')}):\\*$`), 'executions of `$1`'],
  [/^.+:secret:upstream\/(.+)-\?{6}$/, 'credential of `$1`'],
  [/^.+:secret:(.+)-\?{6}$/, 'secret `$1`'],
  [/^.+:key\/.+$/, 'the key'],
  [/^\*$/, 'everything'],
];
