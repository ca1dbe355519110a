import { Duration, Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AccessGrant } from './access-policy.ts';
import { requireFittingEnvironment } from './environment-bound.ts';
import type { FunctionEntry } from './function-entry.ts';
import { wildcardStatement } from './wildcard-statement.ts';

/** Where functions that call services of the platform run. */
export interface PlatformNetwork {
  vpc: IVpc;
  /** The private subnets with a way out, where left out. */
  subnets?: SubnetSelection;
  /** What the services must let in. */
  securityGroups: ISecurityGroup[];
}

export interface EndpointFunctionProps {
  entry: FunctionEntry;
  /** The folder with the bundle. */
  codeFolder: string;
  grant: AccessGrant;
  environment: Record<string, string>;
  logGroup: ILogGroup;
  network?: PlatformNetwork;
}

/**
 * CPU comes with memory: at 512 MB an SDK client loads in a third of the time that 128 MB takes, and a request costs no
 * more because it ends sooner.
 */
const memoryMegabytes = 512;

/** One Lambda function, with every default of the project. Its role holds its contract's access, its logs and its traces. */
export class EndpointFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: EndpointFunctionProps) {
    super(scope, id);
    const { entry, grant, logGroup, network } = props;
    const statements = [...grant.statements, ...this.telemetryStatements(logGroup)];
    if (network) statements.push(this.networkStatement());
    const environment = { NODE_OPTIONS: '--enable-source-maps', ...props.environment, ...grant.environment };
    requireFittingEnvironment(entry.name, Stack.of(this).resolve(environment));
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Access: new PolicyDocument({ statements }) },
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      description: entry.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.codeFolder),
      memorySize: entry.memoryMegabytes ?? memoryMegabytes,
      timeout: Duration.seconds(Math.ceil(entry.timeoutMs / 1000)),
      tracing: Tracing.ACTIVE,
      role: role.withoutPolicyUpdates(),
      logGroup,
      environment,
      ...(network && {
        vpc: network.vpc,
        ...(network.subnets && { vpcSubnets: network.subnets }),
        securityGroups: network.securityGroups,
      }),
    });
  }

  private telemetryStatements(logGroup: ILogGroup): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      wildcardStatement(this, 'SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']),
    ];
  }

  /** For Lambda itself, which acts under the function's role: calls of the function's own code name the function. */
  private networkStatement(): PolicyStatement {
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ];
    return wildcardStatement(this, 'ManageNetworkInterfaces', actions, {
      Null: { 'lambda:SourceFunctionArn': 'true' },
    });
  }
}
