import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { OmniOrchestrator } from 'omni-orchestrator';

const app = new App();

/** What the team has anyway. */
const platform = new Stack(app, 'Platform');
const vpc = new Vpc(platform, 'Vpc', { maxAzs: 2, natGateways: 1 });
const callers = new SecurityGroup(platform, 'Callers', { vpc, description: 'May call the services of the platform' });
const encryptionKey = new Key(platform, 'Key', { enableKeyRotation: true });
const alarmTopic = new Topic(platform, 'Alarms');
const codeForge = new Secret(platform, 'CodeForge', { encryptionKey });

/** The orchestrator, in a stack of its own. */
const control = new Stack(app, 'Control');
const orchestrator = new OmniOrchestrator(control, 'Orchestrator', {
  deploymentName: 'omni-staging',
  network: { vpc, securityGroups: [callers] },
  upstreamSecrets: { 'code-forge': codeForge },
  encryptionKey,
  alarmTopic,
  settings: { logRetentionDays: 30, rateLimits: { pipeline_execution: 20 } },
});
new CfnOutput(control, 'ApiUrl', { value: orchestrator.apiUrl });
new CfnOutput(control, 'TokenSecretArn', { value: orchestrator.tokenSecret.secretArn });

/** A consumer of its events, in a third. */
const releases = new Stack(app, 'Releases');
new Rule(releases, 'PipelineCompleted', {
  eventBus: orchestrator.eventBus,
  eventPattern: { source: ['omni.orchestrator'], detailType: ['pipeline.completed'] },
  targets: [new SqsQueue(new Queue(releases, 'Completed', { enforceSSL: true }))],
});
