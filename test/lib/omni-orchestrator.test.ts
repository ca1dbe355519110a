import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { OmniOrchestrator, type OmniOrchestratorProps } from '../../lib/omni-orchestrator.ts';
import { type TemplateResource, wholeApp } from '../../tools/documentation/whole-app.ts';
import { noBundles } from './synthesised.ts';

/** An orchestrator in a stack `Control` of an app. */
function deployed(propsOf: (app: App) => OmniOrchestratorProps, id = 'Orchestrator') {
  const app = new App({ analyticsReporting: false });
  const control = new Stack(app, 'Control');
  const orchestrator = new OmniOrchestrator(control, id, { code: noBundles, ...propsOf(app) });
  return { app, control, orchestrator };
}

const plain = deployed(() => ({}));
const own = deployed((app) => {
  const platform = new Stack(app, 'Platform');
  const vpc = new Vpc(platform, 'Vpc', { maxAzs: 2, natGateways: 1 }) as IVpc;
  return {
    network: { vpc, securityGroups: [new SecurityGroup(platform, 'Callers', { vpc })] },
    domain: {
      name: 'api.example.com',
      certificate: new Certificate(platform, 'Certificate', { domainName: 'api.example.com' }),
    },
    tokenSecret: new Secret(platform, 'Token'),
    upstreamSecrets: { 'code-forge': new Secret(platform, 'CodeForge') },
    containerHostsSecret: new Secret(platform, 'ContainerHosts'),
    hookSecret: new Secret(platform, 'Hooks'),
    encryptionKey: new Key(platform, 'Key'),
    alarmTopic: new Topic(platform, 'Alarms'),
    settings: { logRetentionDays: 30, rateLimits: { read: 500 } },
  };
});
const { resources } = wholeApp(own.control);
const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type);

/** The first resource of a function, by the beginning of its logical id. */
function resourceOf(type: string, id: string): TemplateResource {
  const [, found] = ofType(type).find(([logicalId]) => logicalId.startsWith(id)) ?? [];
  if (!found) throw new Error(`The template has no ${type} ${id}`);
  return found;
}

/** How the app's own resources come into the stack: as what another stack exports. */
const imported = (name: string) => ({ 'Fn::ImportValue': expect.stringMatching(new RegExp(`^Platform:.*${name}`)) });

describe('a construct in the app of a team', () => {
  it('needs nothing but its id', () => {
    expect(wholeApp(plain.control).resources.filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')).not.toEqual([]);
  });

  it('is named after the stack and its id, unless the app names it', () => {
    const namesOf = (control: Stack) =>
      Object.values(wholeApp(control).parent.Resources)
        .filter(({ Type }) => Type === 'AWS::Events::EventBus')
        .map(({ Properties }) => Properties['Name']);
    expect(namesOf(plain.control)).toEqual(['Control-Orchestrator']);
    expect(namesOf(deployed(() => ({ deploymentName: 'omni-staging' })).control)).toEqual(['omni-staging']);
    expect(namesOf(deployed(() => ({}), 'Default').control)).toEqual(['Control']);
  });

  it('runs what reaches the platform in the VPC of the app', () => {
    const { Properties } = resourceOf('AWS::Lambda::Function', 'runingestFunction');
    expect(Properties['VpcConfig']).toEqual({
      SubnetIds: [imported('VpcPrivateSubnet1'), imported('VpcPrivateSubnet2')],
      SecurityGroupIds: [imported('Callers')],
    });
  });

  it('reads the secrets of the app, each function those of its contract', () => {
    const policies = JSON.stringify(resourceOf('AWS::IAM::Role', 'runtestRole').Properties);
    expect(policies).toMatch(/Platform:[^"]*CodeForge/);
    expect(policies).not.toMatch(/Platform:[^"]*(Token|Hooks|ContainerHosts)/);
    expect(JSON.stringify(resourceOf('AWS::IAM::Role', 'OrchestratorauthorizerRole'))).toMatch(/Platform:[^"]*Token/);
    expect(ofType('AWS::SecretsManager::Secret')).toEqual([]);
  });

  it('encrypts with the key of the app, and completes its policy by what no AWS default lets in', () => {
    for (const [, { Properties }] of ofType('AWS::DynamoDB::Table')) {
      expect(Properties['SSESpecification']).toMatchObject({ KMSMasterKeyId: imported('Key') });
    }
    for (const [, { Properties }] of ofType('AWS::SQS::Queue')) {
      expect(Properties['KmsMasterKeyId']).toEqual(imported('Key'));
    }
    const [key] = Object.values(
      Template.fromStack(own.app.node.findChild('Platform') as Stack).findResources('AWS::KMS::Key'),
    );
    expect(key?.['Properties'].KeyPolicy.Statement).toEqual([
      expect.objectContaining({ Action: 'kms:*' }),
      {
        Sid: 'EventsOnTheirWay',
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
      },
    ]);
  });

  it('tells the topic of the app of every alarm', () => {
    for (const [, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
      expect(Properties['AlarmActions']).toEqual([imported('Alarms')]);
    }
  });

  it('has the certificate of the app at its domain', () => {
    expect(resourceOf('AWS::ApiGateway::DomainName', '').Properties).toMatchObject({
      DomainName: 'api.example.com',
      RegionalCertificateArn: imported('Certificate'),
    });
  });

  it('takes plain values by their names in the documents', () => {
    expect(resourceOf('AWS::Logs::LogGroup', 'Logs').Properties['RetentionInDays']).toBe(30);
    expect(resourceOf('AWS::Lambda::Function', 'listpipelinesFunction').Properties['Environment']).toMatchObject({
      Variables: { RATE_LIMITS: 'read=500' },
    });
  });

  it('hands out URL, bus, topic, secret and dashboard, for outputs and rules of other stacks', () => {
    const { app, control, orchestrator } = deployed(() => ({}));
    const consumer = new Stack(app, 'Consumer');
    new Rule(consumer, 'Rule', { eventBus: orchestrator.eventBus, eventPattern: { source: ['omni.orchestrator'] } });
    const [rule] = Object.values(Template.fromStack(consumer).findResources('AWS::Events::Rule'));
    expect(rule?.['Properties'].EventBusName).toEqual({
      'Fn::ImportValue': expect.stringMatching(/^Control:.*EventsBus/),
    });
    const { apiUrl, eventTopic, tokenSecret, dashboardUrl } = orchestrator;
    expect(JSON.stringify(control.resolve(apiUrl))).toMatch(/https:.*OrchestratorApiRestApi/);
    expect(control.resolve(eventTopic.topicArn)).toEqual({ Ref: expect.stringMatching(/^OrchestratorEventsTopic/) });
    expect(control.resolve(tokenSecret.secretArn)).toEqual({ Ref: expect.stringMatching(/^OrchestratorSecretsToken/) });
    expect(JSON.stringify(control.resolve(dashboardUrl))).toMatch(/Control-Orchestrator-/);
  });

  it('names its nested stacks after itself, as operators read them in the console', () => {
    const { nested } = wholeApp(plain.control);
    expect([...nested.keys()]).toContain('OrchestratorPipelinesDomain');
  });

  it('refuses wrong values with one error that names them all', () => {
    expect(() =>
      deployed((app) => ({
        deploymentName: 'omni staging',
        upstreamSecrets: { 'code-fudge': new Secret(new Stack(app, 'Platform'), 'Fudge') },
        settings: { artifactDays: 0, logLevel: 'LOUD', webhookAllow: ['127.0.0.1'] },
      })),
    ).toThrow(
      /^The properties of OmniOrchestrator are not valid:\n {2}deploymentName: "omni staging" must be .*\n {2}artifactDays: .*\n {2}upstreamSecrets\.code-fudge: is not in the catalogue\n {2}logLevel: .*\n {2}webhookAllow: 127\.0\.0\.1\S* is loopback/,
    );
  });

  it.each(['1omni', 'omni_staging', '', 'o'.repeat(61)])('refuses the name "%s"', (deploymentName) => {
    expect(() => deployed(() => ({ deploymentName }))).toThrow(/deploymentName: ".*" must be a letter/);
  });
});
