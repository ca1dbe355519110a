import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IAlarmAction, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MachineName } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm } from './runbook-alarm.ts';
import { wildcardStatement } from './wildcard-statement.ts';

export interface MachineProps {
  machine: MachineName;
  /** Its name in the account. */
  name: string;
  /** The function behind each `${Placeholder}` of the definition: the one list for substitution and grants. */
  functions: Record<string, IFunction>;
  logRetentionDays: RetentionDays;
  alarmAction: IAlarmAction | undefined;
}

/** What is told of executions. */
export interface MachineMetrics {
  started: Metric;
  /** Ends that the definition knows none of: failed, timed out, and stopped from outside. Each is a metric of its own. */
  brokenOff: Record<'failed' | 'timed-out' | 'aborted', Metric>;
  /** The 95th percentile. */
  durationMs: Metric;
}

/** The state machine of a file in statemachines/. It may call the functions that the file names, and nothing else. */
export class Machine extends Construct {
  readonly arn: string;
  readonly executionArnPattern: string;
  readonly metrics: MachineMetrics;

  constructor(scope: Construct, id: string, props: MachineProps) {
    super(scope, id);
    const { machine: file, name, functions, logRetentionDays, alarmAction } = props;
    const definition = readFileSync(join(import.meta.dirname, '..', 'statemachines', `${file}.asl.json`), 'utf8');
    requireSameNames(file, { inFile: placeholdersOf(definition), inTasks: Object.keys(functions) });
    const arns = Object.entries(functions).map(([name, { functionArn }]) => [name, functionArn] as const);
    const logs = new LogGroup(this, 'Logs', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(JSON.stringify(JSON.parse(definition))),
      definitionSubstitutions: Object.fromEntries(arns),
      role: this.createRole(arns.map(([, arn]) => arn)).withoutPolicyUpdates(),
      logs: { destination: logs, level: LogLevel.ERROR, includeExecutionData: false },
      tracingEnabled: true,
    });
    acknowledge(machine, {
      'AwsSolutions-SF1':
        'Errors are enough: pipelines and operations keep logs of their own, and inputs stay out of logs.',
    });
    this.arn = machine.stateMachineArn;
    this.executionArnPattern = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${name}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.metrics = metricsOf(machine);
    for (const [id, metric] of Object.entries(this.metrics.brokenOff)) {
      new RunbookAlarm(this, id, {
        about: `The state machine ${file}, whose own failure path ends well`,
        paragraph: `An execution of ${file} broke off`,
        metric,
        threshold: 1,
        alarmAction,
      });
    }
  }

  private createRole(functionArns: string[]): Role {
    const statements = [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: functionArns }),
      wildcardStatement(this, 'SendTraces', [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
      ]),
      wildcardStatement(this, 'DeliverLogs', [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ]),
    ];
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: { Access: new PolicyDocument({ statements }) },
    });
  }
}

const fiveMinutes = { period: Duration.minutes(5) };

function metricsOf(machine: StateMachine): MachineMetrics {
  return {
    started: machine.metricStarted(fiveMinutes),
    brokenOff: {
      failed: machine.metricFailed(fiveMinutes),
      'timed-out': machine.metricTimedOut(fiveMinutes),
      aborted: machine.metricAborted(fiveMinutes),
    },
    durationMs: machine.metricTime({ ...fiveMinutes, statistic: Stats.p(95) }),
  };
}

/** The names of the `${Placeholders}` in a definition, each once. */
export function placeholdersOf(definition: string): string[] {
  return [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))].sort();
}

function requireSameNames(file: MachineName, { inFile, inTasks }: { inFile: string[]; inTasks: string[] }) {
  const problems = [
    ...inFile.filter((name) => !inTasks.includes(name)).map((name) => `${name} has no task`),
    ...inTasks.filter((name) => !inFile.includes(name)).map((name) => `${name} is not in the file`),
  ];
  if (problems.length > 0) throw new Error(`${file}.asl.json and the task contracts differ: ${problems.join(', ')}`);
}
