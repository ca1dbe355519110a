import { Aws } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { environmentName } from '../backend/aws/environment.ts';
import {
  type Access,
  allows,
  type MachineMode,
  type MachineName,
  type ObjectMode,
  type QueueName,
  type QueueSpec,
  queues,
  type SecretName,
  secretsOf,
  type TableMode,
  type TableName,
  tables,
  tablesOf,
} from '../backend/resources.ts';

/** What the stack has, as far as functions may be let in. */
export interface Resources {
  tables: Record<TableName, Table>;
  queues: Record<QueueName, Queue>;
  /** A machine is there only for functions of its domain that are made after it. */
  machines: Partial<Record<MachineName, { arn: string; executionArnPattern: string }>>;
  bus: EventBus;
  artifacts: Bucket;
  /** Secrets that the deployment has: what a function is told, and what its policy names. */
  secrets: ReadonlyMap<SecretName, { id: string; arnPattern: string }>;
  encryptionKey: IKey | undefined;
}

export interface AccessGrant {
  statements: PolicyStatement[];
  environment: Record<string, string>;
}

const tableActions = {
  read: ['dynamodb:GetItem', 'dynamodb:Query'],
  write: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  delete: ['dynamodb:DeleteItem'],
};

const objectActions = { read: ['s3:GetObject'], write: ['s3:PutObject'] };

/** Turns what a contract says a function may use into the statements of its role and the names in its environment. */
export function accessGrant(access: Access, resources: Resources): AccessGrant {
  const used = Object.entries(tablesOf(access));
  const secrets = secretsOf(access);
  const grants = [
    ...used.map(([name, mode]) => tableGrant(name as TableName, mode, resources)),
    ...(access.queues ?? []).map((name) => queueGrant(name, resources)),
    ...Object.entries(access.machines ?? {}).map(([name, mode]) => machineGrant(name as MachineName, mode, resources)),
    ...Object.entries(access.objects ?? {}).map(([prefix, mode]) => objectsGrant(prefix, mode, resources)),
    ...(access.bus ? [busGrant(resources)] : []),
    ...secrets.map((name) => secretGrant(name, resources)),
  ];
  const { statements, environment } = mergedGrants(grants);
  const usesKey = used.length > 0 || access.objects || access.queues || secrets.length > 0;
  if (usesKey && resources.encryptionKey) statements.push(keyStatement(resources.encryptionKey));
  return { statements, environment };
}

function tableGrant(name: TableName, mode: TableMode, resources: Resources): AccessGrant {
  const table = resources.tables[name];
  const statements = [new PolicyStatement({ actions: actionsOf(mode, tableActions), resources: [table.tableArn] })];
  const indexes = Object.keys(tables[name].indexes).map((index) => `${table.tableArn}/index/${index}`);
  if (allows(mode, 'read') && indexes.length > 0) {
    statements.push(new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes }));
  }
  return { statements, environment: { [environmentName('table', name)]: table.tableName } };
}

function queueGrant(name: QueueName, resources: Resources): AccessGrant {
  const queue = resources.queues[name];
  return {
    statements: [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] })],
    environment: { [environmentName('queue', name)]: queue.queueUrl },
  };
}

/**
 * What the consumer of a queue needs beside its contract's access: to take messages, to choose when they come again, and to
 * give them up where the queue says that it does.
 */
export function consumerGrant(name: QueueName, resources: Pick<Resources, 'queues' | 'encryptionKey'>): AccessGrant {
  const { encryptionKey } = resources;
  const queue = resources.queues[name];
  const { givesUp }: QueueSpec = queues[name];
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
  const consuming = {
    statements: [
      new PolicyStatement({ actions, resources: [queue.queueArn] }),
      ...(encryptionKey ? [keyStatement(encryptionKey)] : []),
    ],
    environment: { [environmentName('queue', name)]: queue.queueUrl },
  };
  return givesUp ? mergedGrants([consuming, deadLettersGrant(name, queue)]) : consuming;
}

function deadLettersGrant(name: QueueName, { deadLetterQueue }: Queue): AccessGrant {
  if (!deadLetterQueue) throw new Error(`The queue "${name}" has no dead-letter queue`);
  const { queueArn, queueUrl } = deadLetterQueue.queue;
  return {
    statements: [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] })],
    environment: { [environmentName('dead_letters', name)]: queueUrl },
  };
}

/** What a function needs to leave in a queue the calls that failed in every try; Lambda does it with the function's role. */
export function failedCallsGrant(queue: Pick<IQueue, 'queueArn'>): AccessGrant {
  return {
    statements: [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] })],
    environment: {},
  };
}

/** Several grants as one. */
export function mergedGrants(grants: AccessGrant[]): AccessGrant {
  return {
    statements: grants.flatMap(({ statements }) => statements),
    environment: Object.assign({}, ...grants.map(({ environment }) => environment)),
  };
}

function machineGrant(name: MachineName, mode: MachineMode, resources: Resources): AccessGrant {
  const machine = resources.machines[name];
  if (!machine)
    throw new Error(
      `A function uses the state machine "${name}", which is of another domain or itself calls the function`,
    );
  const starting = new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.arn] });
  const describing = new PolicyStatement({
    actions: ['states:DescribeExecution'],
    resources: [machine.executionArnPattern],
  });
  return {
    statements: [...(allows(mode, 'start') ? [starting] : []), ...(allows(mode, 'describe') ? [describing] : [])],
    environment: { [environmentName('machine', name)]: machine.arn },
  };
}

/** The right to list is what makes S3 answer 404, not 403, for an object that is not there. */
function objectsGrant(prefix: string, mode: ObjectMode, { artifacts }: Resources): AccessGrant {
  const objects = artifacts.arnForObjects(`${prefix}*`);
  const statements = [new PolicyStatement({ actions: actionsOf(mode, objectActions), resources: [objects] })];
  if (allows(mode, 'read'))
    statements.push(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [artifacts.bucketArn] }));
  return { statements, environment: { [environmentName('bucket', 'artifacts')]: artifacts.bucketName } };
}

/** The actions of the rights that a mode holds. */
function actionsOf<Right extends 'read' | 'write' | 'delete'>(
  mode: TableMode | ObjectMode,
  actions: Record<Right, string[]>,
): string[] {
  return (Object.keys(actions) as Right[]).flatMap((right) => (allows(mode, right) ? actions[right] : []));
}

function busGrant({ bus }: Resources): AccessGrant {
  return {
    statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] })],
    environment: { [environmentName('bus', 'events')]: bus.eventBusName },
  };
}

/** A secret that the deployment has not is granted and named nowhere; the function then calls without a credential. */
function secretGrant(name: SecretName, { secrets }: Resources): AccessGrant {
  const secret = secrets.get(name);
  if (!secret) return { statements: [], environment: {} };
  return {
    statements: [new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.arnPattern] })],
    environment: { [environmentName('secret', name)]: secret.id },
  };
}

/** The services that encrypt for functions. A function uses the key through these, and never by itself. */
const encryptingServices = ['dynamodb', 's3', 'secretsmanager', 'sqs'];

function keyStatement(key: IKey): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': encryptingServices.map((service) => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`),
      },
    },
  });
}
