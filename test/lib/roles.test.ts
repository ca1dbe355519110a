import { describe, expect, it } from 'vitest';
import {
  type Access,
  type MachineMode,
  type QueueSpec,
  queues,
  type SecretName,
  secretsOf,
  type TableMode,
  tablesOf,
  withServices,
} from '../../backend/resources.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { accessOf, type TaskContract } from '../../functions/core/contract.ts';
import { fallbackContract } from '../../functions/core/fallback.ts';
import { endpointModule } from '../../functions/core/module-path.ts';
import { wildcardReasons } from '../../lib/wildcard-reasons.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import type { TemplateResource } from '../../tools/documentation/whole-app.ts';
import { everyChoice, synthesise } from './synthesised.ts';

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const { ofType } = synthesise(everyChoice);
const statements = (role: TemplateResource) => {
  const policies = (role.Properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
};
const actionsOf = ({ Action }: Statement) => [Action].flat();
const allStatements = ofType('AWS::IAM::Role').flatMap(([, role]) => statements(role));

const bundledServices = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url)).services;

const functions: { name: string; access: Access; more: string[] }[] = [
  ...contracts.map((contract) => ({
    name: endpointModule(contract).path.replace(/^.*\/|\.ts$/g, ''),
    access: accessOf(contract),
    more: [],
  })),
  ...taskContracts.map(({ name, access, trigger }) => ({
    name,
    access: withServices(access, bundledServices),
    more: triggeredActions(trigger),
  })),
];

/** Every secret of the deployment, with what is in its ARN. */
const secretIds = new Map<SecretName, string>([
  ['token', everyChoice.tokenSecret],
  ['container-hosts', everyChoice.containerHostsSecret],
  ['hooks', everyChoice.hookSecret],
  ...Object.entries(everyChoice.upstreamSecrets).map(([service, id]) => [`upstream/${service}`, id] as const),
]);

const readActions = ['dynamodb:GetItem', 'dynamodb:Query'];
const writeActions = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
const tableActions: Record<TableMode, string[]> = {
  read: readActions,
  write: writeActions,
  'read-write': [...readActions, ...writeActions],
  'read-write-delete': ['dynamodb:DeleteItem', ...readActions, ...writeActions],
  'write-delete': ['dynamodb:DeleteItem', ...writeActions],
  delete: ['dynamodb:DeleteItem'],
};

const machineActions: Record<MachineMode, string[]> = {
  start: ['states:StartExecution'],
  describe: ['states:DescribeExecution'],
  'start-describe': ['states:StartExecution', 'states:DescribeExecution'],
};

describe('roles', () => {
  it.each(functions)(
    '$name may do on each table what its contract says, and nothing on any other',
    ({ name, access }) => {
      const granted = new Map<string, Set<string>>();
      for (const statement of statements(roleOf(name))) {
        for (const action of actionsOf(statement).filter((text) => text.startsWith('dynamodb:'))) {
          for (const table of tablesIn(statement.Resource))
            granted.set(table, (granted.get(table) ?? new Set()).add(action));
        }
      }
      const expected = Object.entries(tablesOf(access)).map(([table, mode]) => [
        table.replaceAll('-', ''),
        tableActions[mode].toSorted(),
      ]);
      expect(Object.fromEntries([...granted].map(([table, actions]) => [table, [...actions].sort()]))).toEqual(
        Object.fromEntries(expected),
      );
    },
  );

  it.each(functions)('$name may use exactly the other services that its contract names', ({ name, access, more }) => {
    const own = statements(roleOf(name)).filter(({ Sid }) => !Sid);
    const actions = new Set(own.flatMap(actionsOf).filter((action) => !/^(dynamodb|logs|kms):/.test(action)));
    expect([...actions].sort()).toEqual([...new Set([...otherActions(access), ...more])].sort());
  });

  it.each([...functions, { name: 'authorizer', access: { secrets: ['token'] } }] satisfies {
    name: string;
    access: Access;
  }[])('$name may read the secrets that its contract asks for, and no others', ({ name, access }) => {
    const reading = statements(roleOf(name)).filter((statement) =>
      actionsOf(statement).includes('secretsmanager:GetSecretValue'),
    );
    const resources = JSON.stringify(reading.map(({ Resource }) => Resource));
    const granted = [...secretIds].filter(([, id]) => resources.includes(id)).map(([secret]) => secret);
    expect(granted).toEqual([...secretIds.keys()].filter((secret) => secretsOf(access).includes(secret)));
  });

  it.each([
    ...functions,
    { name: 'authorizer', access: { secrets: ['token'] } },
    { name: 'fallback', access: accessOf(fallbackContract) },
  ] satisfies { name: string; access: Access }[])(
    '$name may use the key of the deployment exactly when it reads or writes something that the key encrypts',
    ({ name, access }) => {
      const { objects, queues, services, secrets } = access;
      const key = statements(roleOf(name)).filter(({ Resource }) => Resource === everyChoice.encryptionKeyArn);
      const usesTables = Object.keys(tablesOf(access)).length > 0;
      const usesKey = Boolean(usesTables || (objects ?? queues ?? services ?? secrets));
      expect(key.flatMap(actionsOf).sort()).toEqual(usesKey ? ['kms:Decrypt', 'kms:GenerateDataKey'] : []);
    },
  );

  it('the key of the deployment is used through the services that encrypt with it, and never by the code of a function', () => {
    const using = allStatements.filter((statement) => actionsOf(statement).some((action) => action.startsWith('kms:')));
    expect(using.length).toBeGreaterThan(50);
    for (const { Condition } of using) {
      expect(JSON.stringify(Condition?.['StringEquals']?.['kms:ViaService'])).toMatch(
        /dynamodb.+s3.+secretsmanager.+sqs/,
      );
    }
  });

  it('network interfaces are made by Lambda, and never by the code of a function', () => {
    const making = allStatements.filter(({ Sid }) => Sid === 'ManageNetworkInterfaces');
    expect(making.length).toBeGreaterThan(10);
    for (const { Condition } of making) expect(Condition).toEqual({ Null: { 'lambda:SourceFunctionArn': 'true' } });
  });

  it('a function reaches no objects but those under its prefixes', () => {
    const objects = allStatements.filter((statement) =>
      actionsOf(statement).some((action) => /^s3:.*Object$/.test(action)),
    );
    expect(objects.length).toBeGreaterThan(8);
    for (const { Resource } of objects) expect(JSON.stringify(Resource)).toMatch(/"\/(pipelines|executions)\/\*"/);
  });

  it('every resource is named, or the statement says why it cannot be', () => {
    const wild = allStatements.filter(({ Resource }) => [Resource].flat().includes('*'));
    expect(wild.length).toBeGreaterThan(0);
    for (const statement of wild) expect(Object.keys(wildcardReasons)).toContain(statement.Sid);
    expect(allStatements.flatMap(actionsOf).filter((action) => action.includes('*'))).toEqual([]);
    expect(ofType('AWS::IAM::Policy')).toEqual([]);
  });
});

function roleOf(name: string): TemplateResource {
  const id = `${name.replaceAll('-', '')}Role`;
  const [, role] = ofType('AWS::IAM::Role').find(([logicalId]) => logicalId.startsWith(id)) ?? [];
  if (!role) throw new Error(`The template has no role of ${name}`);
  return role;
}

function tablesIn(resource: unknown): string[] {
  return [...JSON.stringify(resource).matchAll(/"Tables([a-z]+)[0-9A-F]{8}"/g)].map(([, table = '']) => table);
}

/** What a function may do because of how it is called: a consumer reads its queue, and failed batches of readings are kept. */
function triggeredActions(trigger: TaskContract['trigger']): string[] {
  if (trigger.type === 'readings') return ['sqs:SendMessage'];
  return trigger.type === 'queue' ? consumerActions(queues[trigger.queue]) : [];
}

function consumerActions({ givesUp }: QueueSpec): string[] {
  const consuming = [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ];
  return givesUp ? [...consuming, 'sqs:SendMessage'] : consuming;
}

function otherActions(access: Access): string[] {
  const given = secretsOf(access).filter((name) => secretIds.has(name));
  return [
    ...(access.queues ? ['sqs:SendMessage'] : []),
    ...new Set(Object.values(access.machines ?? {}).flatMap((mode) => machineActions[mode])),
    ...(access.bus ? ['events:PutEvents'] : []),
    ...(access.objects
      ? {
          read: ['s3:GetObject', 's3:ListBucket'],
          write: ['s3:PutObject'],
          'read-write': ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
        }[Object.values(access.objects)[0] ?? 'read']
      : []),
    ...(given.length > 0 ? ['secretsmanager:GetSecretValue'] : []),
  ];
}
