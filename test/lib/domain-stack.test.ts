import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queues, tables } from '../../backend/resources.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { pascalCase } from '../../lib/pascal-case.ts';
import type { StackTemplate, TemplateResource } from '../../tools/documentation/whole-app.ts';
import { everyChoice, synthesise } from './synthesised.ts';

const { parent, nested } = synthesise();
const domains = [...new Set([...contracts, ...taskContracts].map(({ domain }) => domain))];
const stacks = domains.map((domain) => ({ domain, id: `${pascalCase(domain)}Domain` }));
const templates = [
  { name: 'core', template: parent },
  ...stacks.map(({ domain, id }) => ({ name: domain, template: nestedTemplate(id) })),
];

describe('the parent', () => {
  it('has a nested stack for each domain of the contracts, and no others', () => {
    expect([...nested.keys()].sort()).toEqual(stacks.map(({ id }) => id).sort());
  });

  it('has all that is stored, under logical ids that do not change, since another id is another, empty one', () => {
    const stored = ofTypes(parent, /^AWS::(DynamoDB|S3|SecretsManager|SQS|SNS|Events::EventBus)/);
    const names = stored
      .filter(([, { Type }]) => !/Policy|Subscription/.test(Type))
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    const expected = [
      ...Object.keys(tables).map((name) => `Tables${name}`),
      ...Object.keys(queues).flatMap((name) => [`Events${name}`, `Events${name}-dead`]),
      ...['EventsUndelivered', 'EventsBus', 'EventsTopic', 'ArtifactsBucket', 'SecretsToken', 'UnrecordedReadings'],
    ].map((name) => name.replaceAll('-', ''));
    expect(names.sort()).toEqual(expected.sort());
  });
});

describe.each(stacks)('the nested stack of $domain', ({ domain, id }) => {
  it('has what runs and nothing that is stored, so that it can be made anew', () => {
    const running = /^AWS::(Lambda|IAM|Logs|StepFunctions|Events::Rule|CloudWatch::Alarm)/;
    const types = Object.values(nestedTemplate(id).Resources).map(({ Type }) => Type);
    expect(types.filter((type) => !running.test(type))).toEqual([]);
  });

  it('needs no other nested stack', () => {
    const { Properties, ...attributes } = parent.Resources[id] ?? {};
    const needed = [...nested.keys()].filter((other) =>
      JSON.stringify([Properties, attributes]).includes(`"${other}"`),
    );
    expect(needed).toEqual([]);
  });

  it('has the functions of the domain', () => {
    const own = [...contracts, ...taskContracts].filter((contract) => contract.domain === domain);
    const descriptions = functionsOf(nestedTemplate(id)).map(({ Properties }) => Properties['Description']);
    expect(descriptions.sort()).toEqual(own.map(({ summary }) => summary).sort());
  });
});

describe.each(templates)('the functions of $name', ({ name, template }) => {
  const [id, logGroup] = ofTypes(template, /^AWS::Logs::LogGroup$/).find(([key]) => key.startsWith('Logs')) ?? [];

  it('write to one log group, named after the stack and the domain', () => {
    expect(logGroup?.Properties).toMatchObject({ LogGroupName: `/OmniOrchestrator/${name}` });
    for (const { Properties } of functionsOf(template)) {
      expect(Properties['LoggingConfig']).toEqual({ LogGroup: { Ref: id } });
    }
  });

  it('are found by the runbook', () => {
    expect(readFileSync('docs/runbook.md', 'utf8')).toContain(`| \`/OmniOrchestrator/${name}\``);
  });

  it('may write to no other', () => {
    const writing = ofTypes(template, /^AWS::IAM::Role$/).flatMap(([, role]) => logStatements(role));
    expect(writing).toHaveLength(functionsOf(template).length);
    for (const { Resource } of writing) expect(Resource).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });
});

describe.each([
  { context: 'without choosing', synthesised: synthesise() },
  { context: 'with every choice', synthesised: synthesise(everyChoice) },
])('within the bounds of CloudFormation $context', ({ synthesised }) => {
  const all = [{ name: 'the parent', template: synthesised.parent, resourcesMax: 400 }].concat(
    [...synthesised.nested].map(([name, template]) => ({ name, template, resourcesMax: 250 })),
  );

  it.each(all)('$name has far less than 500 resources', ({ template, resourcesMax }) => {
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(resourcesMax);
  });

  it.each(all)('$name has far less than 200 parameters and 200 outputs', ({ template }) => {
    expect(Object.keys(template.Parameters ?? {}).length).toBeLessThanOrEqual(150);
    expect(Object.keys(template.Outputs ?? {}).length).toBeLessThanOrEqual(150);
  });

  it.each(all)('$name is a template of far less than 1 MB', ({ template }) => {
    expect(JSON.stringify(template, null, 1).length).toBeLessThan(700_000);
  });
});

function nestedTemplate(id: string): StackTemplate {
  const template = nested.get(id);
  if (!template) throw new Error(`There is no nested stack ${id}`);
  return template;
}

function ofTypes({ Resources }: StackTemplate, types: RegExp) {
  return Object.entries(Resources).filter(([, { Type }]) => types.test(Type));
}

function functionsOf(template: StackTemplate): TemplateResource[] {
  return ofTypes(template, /^AWS::Lambda::Function$/).map(([, resource]) => resource);
}

/** The statements of a role to write logs; those of state machines are on no log group, see wildcard-reasons.ts. */
function logStatements({ Properties }: TemplateResource) {
  const policies = (Properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return statements.filter(({ Action }) => [Action].flat().includes('logs:PutLogEvents'));
}

interface Statement {
  Action: unknown;
  Resource: unknown;
}
