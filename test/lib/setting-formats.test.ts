import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OmniOrchestrator } from '../../lib/omni-orchestrator.ts';
import { problemsOf, read } from './read-settings.ts';
import { everyChoice, withDomain } from './synthesised.ts';

const bucket = 'arn:aws:s3:::x';
const incomplete = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:gitea';
const { vpc } = everyChoice;
const { domain } = withDomain;
const secret = 'must be the name of a secret, or its whole ARN with the hyphen and six characters at its end';
const zones = 'must be one for each of availabilityZones, or the same number for each';
const noSocket = 'must be https://<host>:<port> or tcp://<host>:<port>, as a function has no socket of an engine';

describe('what AWS would refuse in the midst of a deployment is refused by the synthesis, which says what it must be', () => {
  it.each<{ context: Record<string, unknown>; says: string }>([
    { context: { alarmTopicArn: bucket }, says: 'alarmTopicArn: must be the ARN of an SNS topic' },
    { context: { encryptionKeyArn: bucket }, says: 'encryptionKeyArn: must be the ARN of a KMS key' },
    { context: { tokenSecret: bucket }, says: `tokenSecret: ${secret}` },
    { context: { hookSecret: 'a b c' }, says: `hookSecret: ${secret}` },
    { context: { containerHostsSecret: '' }, says: `containerHostsSecret: ${secret}` },
    { context: { upstreamSecrets: { 'code-forge': incomplete } }, says: `upstreamSecrets.code-forge: ${secret}` },
    {
      context: { domain: { ...domain, name: 'api.example.org' } },
      says: 'domain.name: must be in the hosted zone, example.com',
    },
    {
      context: { domain: { ...domain, name: 'api.anexample.com' } },
      says: 'domain.name: must be in the hosted zone, example.com',
    },
    {
      context: { domain: { ...domain, certificateArn: bucket } },
      says: 'domain.certificateArn: must be the ARN of a certificate of ACM',
    },
    {
      context: { domain: { ...domain, name: 'https://api.example.com' } },
      says: 'domain.name: must be a domain name, such as orchestrator.example.com',
    },
    { context: { vpc: { ...vpc, availabilityZones: ['a', 'b'] } }, says: `vpc.subnetIds: ${zones}` },
    { context: { vpc: { ...vpc, id: 'subnet-1' } }, says: 'vpc.id: must be an id that begins with vpc-' },
    { context: { dockerHost: 'unix:///var/run/docker.sock' }, says: `dockerHost: ${noSocket}` },
  ])('$says', ({ context, says }) => {
    expect(problemsOf(context).split('\n')).toEqual(['The CDK context or the environment is not valid:', `  ${says}`]);
  });

  it('and so is a socket of an engine in the catalogue, for another app too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-catalogue-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const catalogueFile = join(folder, 'catalogue.json');
    const row = { name: 'a', container: 'a', port: 80, tier: 'core', critical: false, depends_on: [], probe: 'tcp' };
    writeFileSync(catalogueFile, JSON.stringify({ services: [{ ...row, docker_host: 'unix:///run/docker.sock' }] }));
    const says = `catalogueFile: ${catalogueFile}: a: docker_host: ${noSocket}`;
    expect(problemsOf({ catalogueFile })).toContain(says);
    const app = new Stack(new App(), 'Theirs');
    expect(() => new OmniOrchestrator(app, 'Orchestrator', { settings: { catalogueFile } })).toThrow(says);
  });

  it.each([
    { domain: { ...domain, name: 'example.com', hostedZone: { id: 'Z1', name: 'Example.com.' } } },
    { domain: { name: domain.name, certificateArn: domain.certificateArn } },
    { tokenSecret: 'omni/token_1+a=b.c@d-e' },
    { hookSecret: 'arn:aws-us-gov:secretsmanager:us-gov-west-1:111111111111:secret:omni/hooks-a1B2c3' },
    { encryptionKeyArn: 'arn:aws-cn:kms:cn-north-1:111111111111:key/mrk-1234abcd' },
    { alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:operations.fifo' },
    { vpc: { ...vpc, availabilityZones: ['a', 'b'], subnetIds: ['subnet-1', 'subnet-2', 'subnet-3', 'subnet-4'] } },
    { dockerHost: 'https://docker-1.internal:2376' },
    { dockerHost: 'tcp://10.0.0.1:2375' },
  ])('but not what AWS takes: %j', (context) => {
    expect(read(context)).toMatchObject(context);
  });
});

describe('a value of the wrong kind', () => {
  it.each<{ context: Record<string, unknown>; says: string }>([
    { context: { probeIntervalSeconds: 'abc' }, says: 'probeIntervalSeconds: must be a whole number' },
    { context: { probeTimeoutMs: '1.5' }, says: 'probeTimeoutMs: must be a whole number' },
    { context: { monitorSeconds: 99_999 }, says: 'monitorSeconds: must be a whole number from 0 to 3600' },
    { context: { artifactDays: 0 }, says: 'artifactDays: must be at least 1' },
    { context: { rateLimits: { read: 0 } }, says: 'rateLimits.read: must be more than 0' },
    { context: { logLevel: 'LOUD' }, says: 'logLevel: must be one of DEBUG, INFO, WARN, ERROR, SILENT' },
    { context: { webhookAllow: '{}' }, says: 'webhookAllow: must be a list' },
    { context: { webhookRetryDelays: [] }, says: 'webhookRetryDelays: must not be empty' },
    { context: { vpc: '1' }, says: 'vpc: must be an object' },
    { context: { vpc: { ...vpc, subnets: [] } }, says: 'vpc: has no field subnets' },
    { context: { vpc: { id: 'vpc-1' } }, says: 'vpc.subnetIds: is required' },
    { context: { catalogueFile: 7 }, says: 'catalogueFile: must be text' },
  ])('is refused with what it must be: $says', ({ context, says }) => {
    expect(problemsOf(context).split('\n')).toContain(`  ${says}`);
  });

  it('is named by its variable where it was given so', () => {
    expect(problemsOf({}, { OMNI_DESTROY_ON_DELETE: 'yes' })).toContain(
      '\n  OMNI_DESTROY_ON_DELETE: must be true or false',
    );
  });
});
