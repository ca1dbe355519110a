import { Duration, NestedStack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type MachineName, machines } from '../backend/resources.ts';
import type { Contract, TaskContract } from '../functions/core/contract.ts';
import { failedCallsGrant, type Resources } from './access-policy.ts';
import type { Api, Route } from './api.ts';
import { idsInStack } from './deployment-name.ts';
import type { PlatformNetwork } from './endpoint-function.ts';
import { endpointEntry, taskEntry } from './function-entry.ts';
import { Functions } from './functions.ts';
import { Machine } from './machine.ts';
import type { OrchestratorSettings } from './orchestrator-settings.ts';
import { pascalCase } from './pascal-case.ts';
import { allowLogs } from './readings-feed.ts';
import { ScheduledTask } from './scheduled-task.ts';

export interface DomainStackProps {
  /** The name of the whole; log groups and machines are named after it, whatever CloudFormation calls the nested stack. */
  deploymentName: string;
  domain: string;
  contracts: readonly Contract[];
  tasks: readonly TaskContract[];
  /** What calls the endpoints. */
  api: Api;
  /** What is stored, which the parent keeps. */
  stored: Omit<Resources, 'machines'>;
  /** Takes the batches of readings that could not be recorded. */
  unrecordedReadings: IQueue;
  /** The folder of each function's bundle, by name. */
  code: Record<string, string>;
  settings: OrchestratorSettings;
  network: PlatformNetwork | undefined;
  alarmAction: IAlarmAction | undefined;
}

/**
 * A domain of the contracts as a nested stack: its functions with their roles and their one log group, its state machines,
 * schedules and consumers of queues. It stores nothing but logs, and it needs its parent but no other domain.
 */
export class DomainStack extends NestedStack {
  readonly domain: string;
  /** The domain's endpoints, each with the function that serves it. */
  readonly routes: Route[];
  readonly machines: ReadonlyMap<MachineName, Machine>;
  /** By name, as the task or the file of the endpoint has it. */
  readonly functions: ReadonlyMap<string, IFunction>;
  readonly logGroup: ILogGroup;
  readonly #functions: Functions;
  readonly #props: DomainStackProps;

  constructor(scope: Construct, id: string, props: DomainStackProps) {
    const { deploymentName, domain, stored, code, settings, network } = props;
    super(scope, id, { description: `Omni Orchestrator: ${domain}` });
    /** Its name, which operators read in the console, would else be `OmniOrchestrator-PipelinesDomainNestedStackPipelines…`. */
    this.nestedStackResource?.overrideLogicalId([...idsInStack(scope), id].join('').replaceAll(/[^A-Za-z0-9]/g, ''));
    this.#props = props;
    this.domain = domain;
    const resources: Resources = { ...stored, machines: {} };
    this.#functions = new Functions(this, {
      deploymentName,
      domain,
      code,
      resources,
      settings,
      network,
    });
    this.functions = this.#functions.byName;
    this.logGroup = this.#functions.logGroup;
    const created = new Map<MachineName, Machine>();
    for (const name of machines) {
      const machine = this.#createMachine(name);
      if (!machine) continue;
      resources.machines[name] = machine;
      created.set(name, machine);
    }
    this.machines = created;
    this.#createTriggeredTasks();
    this.routes = props.contracts.map((contract) => ({ contract, handler: this.#createEndpoint(contract) }));
  }

  /** The machine with its functions, if it is of this domain: that is where its tasks are. */
  #createMachine(name: MachineName): Machine | undefined {
    const { deploymentName, tasks, alarmAction, settings } = this.#props;
    const called = tasks.flatMap((task) =>
      task.trigger.type === 'state-machine' && task.trigger.machine === name
        ? [[task.trigger.placeholder, this.#createTask(task)] as const]
        : [],
    );
    if (called.length === 0) return undefined;
    return new Machine(this, `${pascalCase(name)}Machine`, {
      machine: name,
      name: `${deploymentName}-${name}`,
      functions: Object.fromEntries(called),
      logRetentionDays: settings.logRetentionDays,
      alarmAction,
    });
  }

  #createTriggeredTasks() {
    const { alarmAction, tasks } = this.#props;
    for (const task of tasks) {
      const { name, trigger } = task;
      if (trigger.type === 'queue') this.#functions.createConsumer(this.#entryOf(task), trigger.queue);
      if (trigger.type === 'schedule') {
        new ScheduledTask(this, `${name}-schedule`, { name, handler: this.#createTask(task), trigger, alarmAction });
      }
      if (trigger.type === 'readings') this.#createRecorder(task);
    }
  }

  /**
   * What log subscriptions call. Lambda calls it again twice when it fails, and for as long as it can when it is throttled;
   * what still fails is kept.
   */
  #createRecorder(task: TaskContract) {
    const { deploymentName, unrecordedReadings } = this.#props;
    const recorder = this.#functions.create(this.#entryOf(task), [failedCallsGrant(unrecordedReadings)]);
    recorder.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(unrecordedReadings),
    });
    allowLogs(recorder, deploymentName);
  }

  #createTask(task: TaskContract): IFunction {
    return this.#functions.create(this.#entryOf(task));
  }

  #entryOf(task: TaskContract) {
    return taskEntry(task, this.#props.settings.catalogue);
  }

  #createEndpoint(contract: Contract): IFunction {
    const { api, settings } = this.#props;
    const handler = this.#functions.create(endpointEntry(contract, settings.catalogue));
    handler.addPermission('Api', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: api.methodArn(contract),
    });
    return handler;
  }
}
