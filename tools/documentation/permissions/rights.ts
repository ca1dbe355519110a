import { code } from '../markdown-table.ts';
import type { StackResources, TemplateResource } from '../whole-app.ts';
import type { Readable } from './readable-name.ts';

/** A stack's resources, and how its values are read. */
export interface ReadStack extends StackResources {
  readable: Readable;
}

/** A statement of a policy, as a template has it. */
export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: unknown;
  Principal?: string | Record<string, string>;
  Condition?: Record<string, Record<string, unknown>>;
}

/** Actions, as a policy names them, and what they may be done to, in words. */
export interface Right {
  actions: string[];
  resources: string[];
}

/** The roles of a stack that a service of AWS takes on, in the order of the template. */
export function rolesOf({ resources }: StackResources, service: 'lambda' | 'states'): TemplateResource[] {
  return Object.values(resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Role' &&
      JSON.stringify(Properties['AssumeRolePolicyDocument']).includes(`${service}.amazonaws.com`),
  );
}

/** The statements of a role. */
export function statementsOf({ Properties }: TemplateResource): Statement[] {
  const policies = (Properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
}

/** What statements allow: each resource once with all that may be done to it, those alike together. */
export function rightsOf(statements: readonly Statement[], readable: Readable): Right[] {
  const byResource = new Map<string, Set<string>>();
  for (const { Action, Resource } of statements) {
    for (const resource of [Resource].flat().map(readable)) {
      byResource.set(resource, new Set([...(byResource.get(resource) ?? []), ...[Action].flat()]));
    }
  }
  const alike = Map.groupBy(byResource, ([, actions]) => String([...actions].sort()));
  const rights = [...alike].map(([actions, resources]) => ({
    actions: actions.split(','),
    resources: resources.map(([resource]) => resource).sort(),
  }));
  return rights.sort((one, other) => (String(one.actions) < String(other.actions) ? -1 : 1));
}

/** Actions with the name of each service once: "`dynamodb:` GetItem, Query". */
export function actionsText(actions: readonly string[]): string {
  const services = Map.groupBy(actions, (action) => action.split(':')[0] ?? '');
  const texts = [...services].map(([service, all]) => {
    const names = all.map((action) => action.slice(service.length + 1));
    return `${code(`${service}:`)} ${names.map((name) => (name === '*' ? 'all' : name)).join(', ')}`;
  });
  return texts.join('; ');
}

/** The condition of a statement in words; nothing where it has none. */
export function conditionText({ Condition = {} }: Statement, readable: Readable): string {
  const texts = Object.entries(Condition).flatMap(([operator, tests]) =>
    Object.entries(tests).map(([key, value]) => {
      if (operator === 'Null') return `${code(key)} is ${value === 'true' ? 'missing' : 'there'}`;
      const values = [value].flat().map((each) => readable(each).replaceAll(/\.?<AWS::\w+>/g, ''));
      return `${code(key)} is ${values.join(' or ')}`;
    }),
  );
  return texts.join('; ');
}
