export { noBundles, synthesise } from '../../tools/documentation/synthesise.ts';

/** A context in which everything is chosen that can be chosen together. */
export const everyChoice = {
  destroyOnDelete: true,
  encryptionKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111',
  vpc: {
    id: 'vpc-11111111',
    availabilityZones: ['us-east-1a'],
    subnetIds: ['subnet-11111111'],
    securityGroupIds: ['sg-11111111'],
  },
  privateApi: { vpcEndpointIds: ['vpce-11111111'] },
  publicProbes: true,
  upstreamSecrets: {
    'code-forge': 'omni/code-forge',
    'source-control': 'arn:aws:secretsmanager:us-east-1:111111111111:secret:gitea-a1b2c3',
  },
  tokenSecret: 'omni/token',
  containerHostsSecret: 'omni/container-hosts',
  hookSecret: 'omni/hooks',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111111111111:alarms',
  apiGatewayLogRole: false,
  eventSchemas: false,
  rateLimits: { read: 500 },
  webhookAllow: ['10.1.0.0/16', 'hooks.corp.example'],
  webhookRetryDelays: [5, 60],
};

/** What a private API cannot have. */
export const withDomain = {
  domain: {
    name: 'api.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/11111111-1111-1111-1111-111111111111',
    hostedZone: { id: 'Z111', name: 'example.com' },
  },
};
