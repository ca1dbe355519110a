import { readFileSync } from 'node:fs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { type IndexSpec, queues, tables } from '../../backend/resources.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { eventSchemas } from '../../functions/events/contract.ts';
import { everyChoice, synthesise, withDomain } from './synthesised.ts';

const standard = synthesise();
const chosen = synthesise(everyChoice);

describe('what a team gets without choosing', () => {
  it.each(['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'])(
    'no %s is destroyed with the stack, or when an update replaces it',
    (type) => {
      const found = standard.ofType(type);
      expect(found.length).toBeGreaterThan(0);
      for (const [name, resource] of found) {
        expect(resource, name).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      }
    },
  );

  it('the outputs name what callers, other teams and operators need', () => {
    const { Outputs = {} } = standard.parent;
    const [[topicId] = []] = standard.ofType('AWS::SNS::Topic');
    const [[busId] = []] = standard.ofType('AWS::Events::EventBus');
    const [[secretId] = []] = standard.ofType('AWS::SecretsManager::Secret');
    expect(Outputs).toEqual({
      ApiUrl: { Value: { 'Fn::Join': ['', expect.arrayContaining(['https://'])] } },
      DashboardUrl: { Value: { 'Fn::Join': ['', expect.arrayContaining([expect.stringContaining('#dashboards')])] } },
      EventBusArn: { Value: { 'Fn::GetAtt': [busId, 'Arn'] } },
      EventBusName: { Value: { Ref: busId } },
      EventTopicArn: { Value: { Ref: topicId } },
      TokenSecretArn: { Value: { Ref: secretId } },
    });
  });

  it('every output is in docs/deployment.md', () => {
    const text = readFileSync('docs/deployment.md', 'utf8');
    for (const name of Object.keys(standard.parent.Outputs ?? {})) expect(text).toContain(`| \`${name}\``);
  });

  it('every table is on demand, encrypted, protected from deletion, and forgets what has expired', () => {
    for (const [, { Properties }] of standard.ofType('AWS::DynamoDB::Table')) {
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        DeletionProtectionEnabled: true,
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      });
    }
  });

  it('every table but that of requests can be restored to any point in time', () => {
    const restorable = standard
      .ofType('AWS::DynamoDB::Table')
      .map(([name, { Properties }]) => [
        /^Tables([a-z]+)/.exec(name)?.[1],
        Properties['PointInTimeRecoverySpecification'],
      ]);
    expect(Object.fromEntries(restorable)).toEqual({
      pipelines: { PointInTimeRecoveryEnabled: true },
      locks: { PointInTimeRecoveryEnabled: true },
      services: { PointInTimeRecoveryEnabled: true },
      operations: { PointInTimeRecoveryEnabled: true },
      events: { PointInTimeRecoveryEnabled: true },
      sequences: { PointInTimeRecoveryEnabled: true },
      webhooks: { PointInTimeRecoveryEnabled: true },
      signingsecrets: { PointInTimeRecoveryEnabled: true },
      deliveries: { PointInTimeRecoveryEnabled: true },
      workflows: { PointInTimeRecoveryEnabled: true },
      executions: { PointInTimeRecoveryEnabled: true },
      knowledge: { PointInTimeRecoveryEnabled: true },
      metrics: { PointInTimeRecoveryEnabled: true },
      requests: { PointInTimeRecoveryEnabled: false },
    });
  });

  it('an index holds whole items, or the keys alone where it says so', () => {
    const indexes = standard.ofType('AWS::DynamoDB::Table').flatMap(([, { Properties }]) => {
      const all = (Properties['GlobalSecondaryIndexes'] ?? []) as { IndexName: string; Projection: unknown }[];
      return all.map(({ IndexName, Projection }) => [IndexName, Projection] as const);
    });
    for (const [name, projection] of indexes) {
      expect(projection, name).toEqual(
        Object.values(tables).some(({ indexes }) => isOfKeys(indexes, name))
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: ['expires_at'] }
          : { ProjectionType: 'ALL' },
      );
    }
    expect(indexes.map(([name]) => name)).toContain('by_unannounced');
  });

  it('every function runs on Node 24 and arm64, is traced, and writes to a log group of the stack', () => {
    const functions = standard.ofType('AWS::Lambda::Function');
    expect(functions).toHaveLength(contracts.length + taskContracts.length + 2);
    for (const [name, { Properties }] of functions) {
      expect(Properties, name).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogGroup: { Ref: expect.any(String) } },
      });
    }
  });

  it('every queue that functions read has a dead-letter queue, and every rule of the bus another', () => {
    const made = standard.ofType('AWS::SQS::Queue').map(([, { Properties }]) => Properties);
    expect(made.filter((properties) => properties['RedrivePolicy'])).toHaveLength(Object.keys(queues).length);
    const [, rule] = standard.ofType('AWS::Events::Rule').find(([name]) => name.startsWith('Events')) ?? [];
    expect(rule?.Properties['Targets']).toMatchObject([{ DeadLetterConfig: expect.anything(), InputPath: '$.detail' }]);
    for (const [, { Properties }] of standard.ofType('AWS::SNS::Subscription')) {
      expect(Properties).toMatchObject({ RawMessageDelivery: true, RedrivePolicy: expect.anything() });
    }
  });

  it('a schema registry named as the stack has the schema of every event type', () => {
    const [[registryId, registry] = []] = standard.ofType('AWS::EventSchemas::Registry');
    expect(registry?.Properties).toMatchObject({ RegistryName: standard.stack.stackName });
    const schemas = standard.ofType('AWS::EventSchemas::Schema').map(([, { Properties }]) => Properties);
    expect(schemas).toEqual(
      eventSchemas().map(({ name, summary, document }) => ({
        RegistryName: { 'Fn::GetAtt': [registryId, 'RegistryName'] },
        SchemaName: name,
        Type: 'JSONSchemaDraft4',
        Content: JSON.stringify(document),
        Description: summary,
      })),
    );
  });

  it('artifacts are private, over TLS only, versioned and removed by age', () => {
    const [[, bucket] = []] = standard.ofType('AWS::S3::Bucket');
    expect(bucket?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: expect.anything(),
    });
    expect(JSON.stringify(bucket?.Properties['LifecycleConfiguration'])).toContain('"ExpirationInDays":90');
    expect(JSON.stringify(standard.ofType('AWS::S3::BucketPolicy'))).toContain('"aws:SecureTransport":"false"');
  });
});

describe('what a team can choose', () => {
  it('a stack for trials leaves nothing behind', () => {
    const kept = chosen.resources.filter(
      ([, { DeletionPolicy, UpdateReplacePolicy }]) => DeletionPolicy === 'Retain' || UpdateReplacePolicy === 'Retain',
    );
    expect(kept.map(([name]) => name)).toEqual([]);
  });

  it('only the functions that call services, probe them, reach container hosts or post to receivers run in the VPC', () => {
    const inside = chosen.ofType('AWS::Lambda::Function').filter(([, { Properties }]) => Properties['VpcConfig']);
    const stages = ['ingest', 'enrich', 'generate', 'validate', 'test', 'deploy', 'monitor', 'learn'];
    const expected = [
      ...stages.map((stage) => `run${stage}`),
      ...['pollservices', 'inspectcontainers', 'getservice', 'getserviceconfig', 'deliverwebhook', 'driveworkflow'],
      ...['refreshknowledge', 'getknowledgestatus', 'planrefresh', 'ingestsource', 'checkcollections', 'rebuildcaches'],
      'checkfreshness',
      'scrapeservices',
      ...['preparerestart', 'applyrestart', 'checkrestart', 'rollbackrestart', 'finishrestart', 'reconcilerestarts'],
    ];
    const names = inside.map(([name]) => /^([a-z]+)Function/.exec(name)?.[1]);
    expect(names.toSorted()).toEqual(expected.toSorted());
  });

  it('a private API lets in its VPC endpoints and no one else', () => {
    const [[, api] = []] = chosen.ofType('AWS::ApiGateway::RestApi');
    expect(api?.Properties['EndpointConfiguration']).toMatchObject({
      Types: ['PRIVATE'],
      VpcEndpointIds: ['vpce-11111111'],
    });
    expect(api?.Properties['Policy']).toMatchObject({
      Statement: [{ Condition: { StringEquals: { 'aws:SourceVpce': ['vpce-11111111'] } } }],
    });
  });

  it('tables and artifacts are encrypted with the key that was given', () => {
    const { encryptionKeyArn } = everyChoice;
    for (const [, { Properties }] of chosen.ofType('AWS::DynamoDB::Table')) {
      expect(Properties['SSESpecification']).toMatchObject({ KMSMasterKeyId: encryptionKeyArn });
    }
    expect(JSON.stringify(chosen.ofType('AWS::S3::Bucket'))).toContain(encryptionKeyArn);
  });

  it('event schemas are left out where they are not wanted', () => {
    expect(chosen.ofType('AWS::EventSchemas::Schema')).toEqual([]);
    expect(chosen.ofType('AWS::EventSchemas::Registry')).toEqual([]);
  });

  it('the functions are told the limits', () => {
    for (const [, { Properties }] of chosen.ofType('AWS::Lambda::Function')) {
      expect(Properties['Environment']).toMatchObject({
        Variables: { RATE_LIMITS: 'read=500', PUBLIC_PROBES: 'true' },
      });
    }
  });
});

describe.each([
  { context: 'without choosing', synthesised: standard },
  { context: 'with every choice', synthesised: chosen },
  { context: 'with a domain', synthesised: synthesise(withDomain) },
])('$context', ({ synthesised: { stack } }) => {
  it.each([AwsSolutionsChecks, ServerlessChecks])('%o finds nothing that has no reason', (Checks) => {
    const report = new Checks(stack).validateScope(stack);
    expect(report.violations).toEqual([]);
  });
});

/** Whether this is an index of a table that holds keys alone. */
function isOfKeys(indexes: Record<string, IndexSpec>, name: string): boolean {
  return indexes[name]?.projection === 'keys';
}
