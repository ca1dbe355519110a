import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InterfaceVpcEndpoint, SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ApiDomain } from './domain-name.ts';
import type { PlatformNetwork } from './endpoint-function.ts';
import type { OmniOrchestratorProps } from './omni-orchestrator.ts';
import type { StackSettings } from './stack-settings.ts';

/** What the settings name by ids and ARNs, as the resources that the construct takes. None of it is made. */
export function resourcesOf(scope: Construct, settings: StackSettings): OmniOrchestratorProps {
  const { vpc, privateApi, domain, encryptionKeyArn, alarmTopicArn } = settings;
  const secret = (id: string, nameOrArn: string | undefined) =>
    nameOrArn === undefined ? undefined : existingSecret(scope, id, nameOrArn);
  const upstreamSecrets = Object.entries(settings.upstreamSecrets).map(([service, nameOrArn]) => [
    service,
    existingSecret(scope, `Upstream-${service}`, nameOrArn),
  ]);
  return {
    network: vpc && networkOf(scope, vpc),
    vpcEndpoints: privateApi?.vpcEndpointIds.map((vpcEndpointId) =>
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, { vpcEndpointId, port: 443 }),
    ),
    domain: domain && domainOf(scope, domain),
    tokenSecret: secret('Token', settings.tokenSecret),
    upstreamSecrets: Object.fromEntries(upstreamSecrets),
    containerHostsSecret: secret('ContainerHosts', settings.containerHostsSecret),
    hookSecret: secret('Hooks', settings.hookSecret),
    encryptionKey: encryptionKeyArn ? Key.fromKeyArn(scope, 'EncryptionKey', encryptionKeyArn) : undefined,
    alarmTopic: alarmTopicArn ? Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn) : undefined,
  };
}

function networkOf(scope: Construct, vpc: NonNullable<StackSettings['vpc']>): PlatformNetwork {
  const { id: vpcId, availabilityZones, subnetIds, securityGroupIds } = vpc;
  return {
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones, privateSubnetIds: subnetIds }),
    subnets: { subnets: subnetIds.map((subnetId) => Subnet.fromSubnetId(scope, subnetId, subnetId)) },
    securityGroups: securityGroupIds.map((group) => SecurityGroup.fromSecurityGroupId(scope, group, group)),
  };
}

function domainOf(scope: Construct, domain: NonNullable<StackSettings['domain']>): ApiDomain {
  const { name, certificateArn, hostedZone } = domain;
  const certificate = Certificate.fromCertificateArn(scope, 'Certificate', certificateArn);
  if (!hostedZone) return { name, certificate };
  const { id: hostedZoneId, name: zoneName } = hostedZone;
  return {
    name,
    certificate,
    hostedZone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName }),
  };
}

function existingSecret(scope: Construct, id: string, nameOrArn: string): ISecret {
  return nameOrArn.startsWith('arn:')
    ? Secret.fromSecretCompleteArn(scope, id, nameOrArn)
    : Secret.fromSecretNameV2(scope, id, nameOrArn);
}
