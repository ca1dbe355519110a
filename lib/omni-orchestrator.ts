import { Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { machines } from '../backend/resources.ts';
import { contracts, taskContracts } from '../functions/contracts.ts';
import { acknowledgeShared } from './acknowledge-shared.ts';
import { DeadLetterQueue } from './alarmed-queue.ts';
import { Api } from './api.ts';
import { Artifacts } from './artifacts.ts';
import { deploymentName, idsInStack } from './deployment-name.ts';
import type { ApiDomain } from './domain-name.ts';
import { DomainStack, type DomainStackProps } from './domain-stack.ts';
import type { PlatformNetwork } from './endpoint-function.ts';
import { EventSchemas } from './event-schemas.ts';
import { Events } from './events.ts';
import { bundleFunctions } from './function-code.ts';
import { functionEntries } from './function-entries.ts';
import { authorizerEntry, fallbackEntry } from './function-entry.ts';
import { Functions } from './functions.ts';
import { Monitoring } from './monitoring.ts';
import { completeSettings, type GivenSettings, type OrchestratorSettings } from './orchestrator-settings.ts';
import { pascalCase } from './pascal-case.ts';
import { ReadingsFeed } from './readings-feed.ts';
import { type AnySecret, Secrets } from './secrets.ts';
import { type Problem, refuseProblems } from './setting-problems.ts';
import { sharedKey } from './shared-key.ts';
import { Tables } from './tables.ts';

export interface OmniOrchestratorProps {
  /**
   * What log groups, state machines, bus, schema registry and dashboard are named after, so it must be unique in the account
   * and region: a letter and up to 59 letters, digits and hyphens. Where left out it is the name of the stack and the ids from
   * there to the construct. Another name makes another bus, and other state machines.
   */
  deploymentName?: string | undefined;
  /** Where the functions run that reach the platform; outside of any VPC where left out. */
  network?: PlatformNetwork | undefined;
  /** Makes the API private: only these VPC endpoints reach it. */
  vpcEndpoints?: IInterfaceVpcEndpoint[] | undefined;
  /** A domain name for the API, which a private one cannot have. */
  domain?: ApiDomain | undefined;
  /** Holds the bearer token. One is made where left out. */
  tokenSecret?: AnySecret | undefined;
  /** The credentials of services, by name in the catalogue. */
  upstreamSecrets?: Record<string, AnySecret> | undefined;
  /** Holds the certificates for container hosts; see docs/container-hosts.md. */
  containerHostsSecret?: AnySecret | undefined;
  /** What GitHub and Gitea sign their webhooks with, of at least 16 characters. Hooks are off where left out. */
  hookSecret?: AnySecret | undefined;
  /**
   * Encrypts tables, artifacts, topic, queues and the token's secret. The policy of a key that this app makes is completed;
   * see docs/deployment.md for that of any other. AWS-managed encryption where left out.
   */
  encryptionKey?: IKey | undefined;
  /** Is told of alarms. They show in the console alone where left out. */
  alarmTopic?: ITopic | undefined;
  /** Limits and other plain values, by their names in docs/configuration.md. */
  settings?: GivenSettings | undefined;
  /** The folder with the bundle of each function, by name. Bundled with esbuild where left out, which takes seconds. */
  code?: Record<string, string> | undefined;
}

/**
 * The whole orchestrator: what is stored and how it is reached in the stack of the construct, what runs in a nested stack for
 * each domain. Wiring only: what each part is stands in its construct. Throws one Error that names every setting that is wrong.
 */
export class OmniOrchestrator extends Construct {
  /** Where the API answers; its paths begin with `api/v1/`. Ends in a slash. */
  readonly apiUrl: string;
  /** Gets every event, for rules of other teams; see docs/events.md. */
  readonly eventBus: EventBus;
  /** Gets the same events, as plain JSON, for subscriptions. */
  readonly eventTopic: ITopic;
  /** Holds the bearer token that callers need. */
  readonly tokenSecret: AnySecret;
  /** Of CloudWatch's dashboard, in the console. */
  readonly dashboardUrl: string;

  constructor(scope: Construct, id: string, props: OmniOrchestratorProps = {}) {
    super(scope, id);
    const { network, upstreamSecrets = {} } = props;
    const name = props.deploymentName ?? [Stack.of(this).stackName, ...idsInStack(this)].join('-');
    const settings = checkedSettings(name, props);
    const { destroyOnDelete, catalogue } = settings;
    const code = props.code ?? bundleFunctions(functionEntries(settings));
    const encryptionKey = props.encryptionKey && sharedKey(this, props.encryptionKey);
    const alarmAction = props.alarmTopic && new SnsAction(props.alarmTopic);

    const tables = new Tables(this, 'Tables', { encryptionKey, destroyOnDelete, alarmAction });
    const artifacts = new Artifacts(this, 'Artifacts', {
      encryptionKey,
      destroyOnDelete,
      keptDays: settings.artifactDays,
    });
    const { tokenSecret, containerHostsSecret, hookSecret } = props;
    const given = { tokenSecret, upstreamSecrets, containerHostsSecret, hookSecret };
    const secrets = new Secrets(this, 'Secrets', { encryptionKey, destroyOnDelete, ...given });
    const events = new Events(this, 'Events', { busName: name, encryptionKey, alarmAction });
    if (settings.eventSchemas) new EventSchemas(this, 'EventSchemas', { registryName: name });
    const unrecordedReadings = new DeadLetterQueue(this, 'UnrecordedReadings', { encryptionKey, alarmAction });
    const stored = {
      tables: tables.byName,
      queues: events.queues,
      bus: events.bus,
      artifacts: artifacts.bucket,
      secrets: secrets.byName,
      encryptionKey,
    };
    const common = { deploymentName: name, code, settings, network };
    const functions = new Functions(this, { ...common, domain: 'core', resources: { ...stored, machines: {} } });
    const api = new Api(this, 'Api', {
      name,
      authorizer: functions.create(authorizerEntry(catalogue)),
      fallback: functions.create(fallbackEntry(contracts, catalogue)),
      vpcEndpoints: props.vpcEndpoints,
      domain: props.domain,
      settings,
      alarmAction,
    });
    const domains = this.#createDomains({ ...common, api, stored, unrecordedReadings, alarmAction });
    api.addRoutes(domains.flatMap(({ routes }) => routes));
    new ReadingsFeed(this, 'Readings', { core: functions, domains });
    const { dashboardUrl } = new Monitoring(this, 'Monitoring', {
      deploymentName: name,
      core: functions,
      ...{ domains, api, events, tables, unrecordedReadings, alarmAction },
    });
    acknowledgeShared(this, {
      artifacts: artifacts.bucket,
      machineNames: machines.map((machine) => `${name}-${machine}`),
    });
    this.apiUrl = api.url;
    this.eventBus = events.bus;
    this.eventTopic = events.topic;
    this.tokenSecret = secrets.token;
    this.dashboardUrl = dashboardUrl;
  }

  #createDomains(common: Omit<DomainStackProps, 'domain' | 'contracts' | 'tasks'>): DomainStack[] {
    const names = new Set([...contracts, ...taskContracts].map(({ domain }) => domain));
    return [...names].map(
      (domain) =>
        new DomainStack(this, `${pascalCase(domain)}Domain`, {
          ...common,
          domain,
          contracts: contracts.filter((contract) => contract.domain === domain),
          tasks: taskContracts.filter((task) => task.domain === domain),
        }),
    );
  }
}

/** CloudFormation would find it out in the midst of a deployment. */
const domainOfPrivateApi: Problem = {
  path: ['domain'],
  message: 'cannot lead to a private API: API Gateway has domains of another kind for these, which are not made here',
};

function checkedSettings(
  name: string,
  { settings: given = {}, upstreamSecrets = {}, domain, vpcEndpoints }: OmniOrchestratorProps,
): OrchestratorSettings {
  const checked = completeSettings((setting) => given[setting as keyof GivenSettings], Object.keys(upstreamSecrets));
  const ofName: Problem[] = (deploymentName.safeParse(name).error?.issues ?? []).map(({ message }) => ({
    path: ['deploymentName'],
    message: `"${name}" ${message}`,
  }));
  const ofDomain = domain && vpcEndpoints ? [domainOfPrivateApi] : [];
  refuseProblems('The properties of OmniOrchestrator are', [...ofName, ...ofDomain, ...checked.problems]);
  return checked.settings;
}
