import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  AwsIntegration,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  type RestApiProps,
  type Stage,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { type IAlarmAction, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Contract } from '../functions/core/contract.ts';
import { acknowledge } from './acknowledge.ts';
import { type ApiDomain, addDomainName } from './domain-name.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { OrchestratorSettings } from './orchestrator-settings.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

/** An endpoint with the function that serves it. */
export interface Route {
  contract: Pick<Contract, 'method' | 'path' | 'auth'>;
  handler: IFunction;
}

export interface ApiProps {
  /** The API's name, by which CloudWatch tells its metrics from those of other APIs. */
  name: string;
  authorizer: IFunction;
  /** Answers every request that no route is for. */
  fallback: IFunction;
  /** Makes the API private: only these reach it. */
  vpcEndpoints: IInterfaceVpcEndpoint[] | undefined;
  domain: ApiDomain | undefined;
  settings: Pick<OrchestratorSettings, 'publicProbes' | 'logRetentionDays' | 'requestsPerSecond' | 'apiGatewayLogRole'>;
  alarmAction: IAlarmAction | undefined;
}

/**
 * Answers of status 5xx in 5 minutes from which on someone must look. One a minute is no chance event any more. It is a count
 * and no share: a share rings at night for the one failure among three requests, and is silent by day while hundreds fail
 * among many thousands.
 */
const serverErrorsAlarm = 5;

/** A token that was revoked is refused after this time and that of the authorizer's own cache of secrets. */
const authorizerCache = Duration.minutes(1);

const stageName = 'v1';

/** The REST API: the contracts' routes, bearer tokens, one envelope for every refusal, throttling, access logs. */
export class Api extends Construct {
  readonly url: string;
  readonly metrics: ApiMetrics;
  readonly #api: RestApi;
  readonly #authorizer: TokenAuthorizer;
  readonly #props: ApiProps;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.#props = props;
    this.#api = new RestApi(this, 'RestApi', this.restApiProps(props.settings));
    /** CDK makes an output of the URL, with a name that nobody can know; whoever wants one has {@link url}. */
    this.#api.node.tryRemoveChild('Endpoint');
    this.#keepExecutionLogs(props.settings.logRetentionDays);
    this.metrics = metricsOf(this.#api.deploymentStage);
    new RunbookAlarm(this, 'server-errors', {
      about: 'The API',
      paragraph: 'The API answers 5xx',
      metric: this.metrics.serverErrors,
      threshold: serverErrorsAlarm,
      alarmAction: props.alarmAction,
    });
    this.#authorizer = new TokenAuthorizer(this, 'Authorizer', {
      handler: props.authorizer,
      resultsCacheTtl: authorizerCache,
    });
    addGatewayResponses(this.#api);
    if (props.domain) addDomainName(this, this.#api, props.domain);
    this.url = this.#api.url;
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

  /**
   * The ARN of an endpoint's method, which alone may call the endpoint's function. It names the stage by its name: a
   * reference would make the function wait for the stage, which waits for the methods, which wait for the function.
   */
  methodArn({ method, path }: Pick<Contract, 'method' | 'path'>): string {
    return this.#api.arnForExecuteApi(method, path.replaceAll(/\{[^}]+\}/g, '*'), stageName);
  }

  /** Adds all routes, and the fallback for everything beside them. The functions must let {@link methodArn} call them. */
  addRoutes(routes: Route[]) {
    const { fallback, settings } = this.#props;
    const { root } = this.#api;
    const open = { authorizationType: AuthorizationType.NONE };
    const guarded = { authorizer: this.#authorizer, authorizationType: AuthorizationType.CUSTOM };
    for (const { contract, handler } of routes) {
      const isOpen = contract.auth === 'none' || (contract.auth === 'probe' && settings.publicProbes);
      root.resourceForPath(contract.path).addMethod(contract.method, proxyTo(handler), isOpen ? open : guarded);
    }
    const anythingElse = new LambdaIntegration(fallback, { scopePermissionToMethod: false });
    for (const path of new Set(routes.map(({ contract }) => contract.path))) {
      root.resourceForPath(path).addMethod('ANY', anythingElse, guarded);
    }
    root.addMethod('ANY', anythingElse, guarded);
    root.addResource('{proxy+}').addMethod('ANY', anythingElse, guarded);
  }

  /** API Gateway would make the log group of the stage's errors itself, and keep it for ever. */
  #keepExecutionLogs(retention: LogGroupProps['retention']) {
    const logs = new LogGroup(this, 'ExecutionLogs', {
      logGroupName: `API-Gateway-Execution-Logs_${this.#api.restApiId}/${stageName}`,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(retention && { retention }),
    });
    this.#api.deploymentStage.node.addDependency(logs);
  }

  private restApiProps(settings: ApiProps['settings']): RestApiProps {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return {
      restApiName: this.#props.name,
      description: 'The Omni Orchestrator',
      cloudWatchRole: settings.apiGatewayLogRole,
      ...endpointProps(this.#props.vpcEndpoints),
      deployOptions: {
        stageName,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        tracingEnabled: true,
        throttlingRateLimit: settings.requestsPerSecond,
        throttlingBurstLimit: settings.requestsPerSecond * 2,
      },
    };
  }
}

/** What is logged of each request, whoever answers it. The principal is the fingerprint of the token; no header is logged. */
const accessLogFields = {
  requestId: AccessLogField.contextRequestId(),
  ip: AccessLogField.contextIdentitySourceIp(),
  principal: AccessLogField.contextAuthorizerPrincipalId(),
  requestTime: AccessLogField.contextRequestTime(),
  httpMethod: AccessLogField.contextHttpMethod(),
  resourcePath: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  protocol: AccessLogField.contextProtocol(),
  responseLength: AccessLogField.contextResponseLength(),
};

/** What API Gateway tells of the requests that reach it, those too that no function sees. */
export type ApiMetrics = ReturnType<typeof metricsOf>;

function metricsOf(stage: Stage) {
  const period = Duration.minutes(5);
  const p99 = { period, statistic: Stats.p(99) };
  return {
    requests: stage.metricCount({ period, statistic: Stats.SUM }),
    clientErrors: stage.metricClientError({ period, statistic: Stats.SUM }),
    serverErrors: stage.metricServerError({ period, statistic: Stats.SUM }),
    latencyMs: stage.metricLatency(p99),
    integrationLatencyMs: stage.metricIntegrationLatency(p99),
  };
}

/** What LambdaIntegration does, without its permission: that would be a resource of the stack that all domains share. */
function proxyTo({ functionArn }: IFunction): AwsIntegration {
  return new AwsIntegration({
    proxy: true,
    service: 'lambda',
    path: `2015-03-31/functions/${functionArn}/invocations`,
  });
}

/** Regional, or private to the given VPC endpoints: then the resource policy refuses every other way in. */
function endpointProps(vpcEndpoints: IInterfaceVpcEndpoint[] | undefined): RestApiProps {
  if (!vpcEndpoints) return { endpointConfiguration: { types: [EndpointType.REGIONAL] } };
  const statement = new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
    conditions: { StringEquals: { 'aws:SourceVpce': vpcEndpoints.map(({ vpcEndpointId }) => vpcEndpointId) } },
  });
  return {
    endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints },
    policy: new PolicyDocument({ statements: [statement] }),
  };
}
