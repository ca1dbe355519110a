import { NestedStack, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

export interface TemplateResource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
  Metadata?: { 'aws:cdk:path'?: string };
}

export interface StackTemplate {
  Resources: Record<string, TemplateResource>;
  Parameters?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown }>;
}

/** The resources of one template by logical id, and which it is: a nested stack's logical id, '' for the parent. */
export interface StackResources {
  name: string;
  resources: Record<string, TemplateResource>;
}

/**
 * The templates of a stack and its nested stacks, by the logical id of each nested stack, and the resources of all as if one
 * template held them: what a stack is told by parameters and what it tells by outputs stands there as what it is. A logical
 * id is unique within its template only.
 */
export function wholeApp(stack: Stack) {
  const parent = templateOf(stack);
  const nested = new Map(nestedStacksOf(stack).map((each) => [logicalIdOf(each), templateOf(each)]));
  const joined = [...nested].map(([name, { Resources }]): StackResources => {
    const parameters = parent.Resources[name]?.Properties['Parameters'] as Record<string, unknown> | undefined;
    return { name, resources: replaced(Resources, ({ Ref }) => parameters?.[String(Ref)]) };
  });
  const own = replaced(parent.Resources, ({ 'Fn::GetAtt': attribute }) => {
    const [id, name] = (attribute ?? []) as string[];
    return nested.get(String(id))?.Outputs?.[String(name).replace('Outputs.', '')]?.Value;
  });
  const stacks = [{ name: '', resources: own }, ...joined];
  return { parent, nested, stacks, resources: stacks.flatMap(({ resources }) => Object.entries(resources)) };
}

function nestedStacksOf(stack: Stack): NestedStack[] {
  return stack.node.findAll().filter((construct): construct is NestedStack => NestedStack.isNestedStack(construct));
}

function logicalIdOf({ nestedStackResource, nestedStackParent }: NestedStack): string {
  if (!nestedStackResource || !nestedStackParent) throw new Error('The nested stack is in no stack');
  return String(nestedStackParent.resolve(nestedStackResource.logicalId));
}

function templateOf(stack: Stack): StackTemplate {
  return Template.fromStack(stack).toJSON() as StackTemplate;
}

/** The same JSON with each object for which there is something else replaced by that. */
function replaced<Json>(json: Json, instead: (object: Record<string, unknown>) => unknown): Json {
  const text = JSON.stringify(json);
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null ? (instead(value as Record<string, unknown>) ?? value) : value,
  ) as Json;
}
