import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  type RestApiProps,
  SecurityPolicy,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGateway } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Contract } from '../functions/core/contract.ts';
import { acknowledge } from './acknowledge.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { StackSettings } from './stack-settings.ts';

export interface ApiProps {
  /** Each endpoint with the function that serves it. */
  routes: { contract: Pick<Contract, 'method' | 'path' | 'auth'>; handler: IFunction }[];
  authorizer: IFunction;
  /** Answers every request that no route is for. */
  fallback: IFunction;
  settings: Pick<
    StackSettings,
    'privateApi' | 'domain' | 'publicProbes' | 'logRetentionDays' | 'requestsPerSecond' | 'apiGatewayLogRole'
  >;
}

/** A token that was revoked is refused after this time and that of the authorizer's own cache of secrets. */
const authorizerCache = Duration.minutes(1);

/** The REST API: the contracts' routes, bearer tokens, one envelope for every refusal, throttling, access logs. */
export class Api extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const api = new RestApi(this, 'RestApi', this.restApiProps(props.settings));
    const authorizer = new TokenAuthorizer(this, 'Authorizer', {
      handler: props.authorizer,
      resultsCacheTtl: authorizerCache,
    });
    addRoutes(api, authorizer, props);
    addGatewayResponses(api);
    this.addDomain(api, props.settings);
    this.url = api.url;
    acknowledge(this, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'The role that API Gateway asks for once in an account to write logs; AWS keeps its policy.',
      'AwsSolutions-APIG2': 'The functions validate every request against their contract, and answer with field paths.',
      'AwsSolutions-APIG3': 'A web ACL costs more than the API; who wants one attaches it to the stage.',
      'AwsSolutions-APIG4':
        'The document of the API, and the probes where the deployment opens them, need no token; hooks are signed instead.',
      'AwsSolutions-COG4':
        'Callers are machines with a bearer token, which a Lambda authorizer checks; there are no user accounts.',
    });
  }

  private restApiProps(settings: ApiProps['settings']): RestApiProps {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return {
      description: 'The Omni Orchestrator',
      cloudWatchRole: settings.apiGatewayLogRole,
      ...endpointProps(this, settings.privateApi?.vpcEndpointIds),
      deployOptions: {
        stageName: 'v1',
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        tracingEnabled: true,
        throttlingRateLimit: settings.requestsPerSecond,
        throttlingBurstLimit: settings.requestsPerSecond * 2,
      },
    };
  }

  private addDomain(api: RestApi, { domain }: ApiProps['settings']) {
    if (!domain) return;
    api.addDomainName('Domain', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
      endpointType: EndpointType.REGIONAL,
    });
    if (!domain.hostedZone) return;
    const { id: hostedZoneId, name: zoneName } = domain.hostedZone;
    new ARecord(this, 'DomainRecord', {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName }),
      recordName: `${domain.name}.`,
      target: RecordTarget.fromAlias(new ApiGateway(api)),
    });
  }
}

function addRoutes(api: RestApi, authorizer: TokenAuthorizer, { routes, fallback, settings }: ApiProps) {
  const open = { authorizationType: AuthorizationType.NONE };
  const guarded = { authorizer, authorizationType: AuthorizationType.CUSTOM };
  for (const { contract, handler } of routes) {
    const isOpen = contract.auth === 'none' || (contract.auth === 'probe' && settings.publicProbes);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    api.root.resourceForPath(contract.path).addMethod(contract.method, integration, isOpen ? open : guarded);
  }
  const anythingElse = new LambdaIntegration(fallback, { scopePermissionToMethod: false });
  for (const path of new Set(routes.map(({ contract }) => contract.path))) {
    api.root.resourceForPath(path).addMethod('ANY', anythingElse, guarded);
  }
  api.root.addMethod('ANY', anythingElse, guarded);
  api.root.addResource('{proxy+}').addMethod('ANY', anythingElse, guarded);
}

/** Regional, or private to the given VPC endpoints: then the resource policy refuses every other way in. */
function endpointProps(scope: Construct, vpcEndpointIds: string[] | undefined): RestApiProps {
  if (!vpcEndpointIds) return { endpointConfiguration: { types: [EndpointType.REGIONAL] } };
  const vpcEndpoints = vpcEndpointIds.map((vpcEndpointId) =>
    InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, { vpcEndpointId, port: 443 }),
  );
  const statement = new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
    conditions: { StringEquals: { 'aws:SourceVpce': vpcEndpointIds } },
  });
  return {
    endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints },
    policy: new PolicyDocument({ statements: [statement] }),
  };
}
