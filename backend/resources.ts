/**
 * Everything stateful that the project owns, declared once. The CDK app creates it, the embedded home opens it, the
 * contracts name it in their `access`, and both adapters read keys and indexes here.
 */

/** A secondary index: the fields that are its partition and sort key. A sort key is unique in its partition. */
export interface IndexSpec {
  partition: string;
  sort: string;
  /**
   * `keys`: its items have the keys of table and index and `expires_at`, nothing else, so that a change of any other field
   * costs no write to the index. Whole items where left out.
   */
  projection?: 'keys';
}

interface TableSpec {
  /** Secondary indexes by name. */
  indexes: Record<string, IndexSpec>;
  /** Items that can be made again from elsewhere need no point-in-time recovery. */
  isDisposable?: true;
}

export const tables = {
  /** Pipelines (sk `pipeline`) and, in the same partition, each iteration's stage runs (sk `stage#<iteration>#<stage>`). */
  pipelines: {
    indexes: {
      by_creation: { partition: 'kind', sort: 'id' },
      by_status: { partition: 'status', sort: 'id' },
      /** Holds only pipelines that run, for those who count or look them up and need no whole items. */
      by_running: { partition: 'running', sort: 'id', projection: 'keys' },
      /** Holds only pipelines whose end is still to be published: sparse, and nearly always empty. */
      by_unannounced: { partition: 'unannounced', sort: 'id', projection: 'keys' },
      by_repository: { partition: 'repository', sort: 'id' },
      by_branch: { partition: 'branch', sort: 'id' },
    },
  },
  /** Who holds what, one item for each resource that only one may work on. */
  locks: {
    indexes: {
      /** What is held, by the kind of lock. */
      by_kind: { partition: 'kind', sort: 'owner', projection: 'keys' },
    },
  },
  /**
   * What is known of each service, in one partition for each kind of knowledge (sk is the service's name): `probe` (its
   * health and last probes), `history` (its hours and days), `container` (facts of its container), `config` (what users
   * changed of it). Beside them `round` has one item: what the last round of probes found in all.
   */
  services: { indexes: {} },
  /** Restarts of services, kept 30 days. */
  operations: {
    indexes: {
      /** Holds only operations that have not ended: sparse, and nearly always empty. */
      by_unfinished: { partition: 'unfinished', sort: 'id', projection: 'keys' },
    },
  },
  /** Published events, kept 30 days. */
  events: {
    indexes: {
      by_type: { partition: 'type', sort: 'id' },
      by_service: { partition: 'service', sort: 'id' },
    },
  },
  /**
   * Webhooks in the partition `webhook` (what was registered; sk is the id), and for each a partition with what goes on
   * with it: which deliveries are under way, and since when they fail.
   */
  webhooks: { indexes: {} },
  /** The signing secrets of each webhook, apart from all else, so that only what signs and what sets them sees them. */
  'signing-secrets': { indexes: {} },
  /** Deliveries in the partition of their webhook, kept 30 days. */
  deliveries: {
    indexes: {
      /** The partition is the webhook's id and the status, so that a few that failed are found among very many. */
      by_webhook_status: { partition: 'webhook_status', sort: 'id', projection: 'keys' },
    },
  },
  /**
   * Workflows: what lists show of each as it is now (pk `workflow`, sk the id), and each of its definitions (pk the id, sk
   * made when it was stored), which stay as long as executions may run them.
   */
  workflows: { indexes: {} },
  /**
   * Executions of workflows (sk `execution`) and, in the same partition, each of their steps that began or was skipped (sk
   * `step#<name>`), kept 90 days.
   */
  executions: {
    indexes: {
      by_workflow: { partition: 'workflow_id', sort: 'id', projection: 'keys' },
      /** The partition is the workflow's id and the status. */
      by_workflow_status: { partition: 'workflow_status', sort: 'id', projection: 'keys' },
      /** Holds only executions whose end is still to come or to be published: sparse. */
      by_unfinished: { partition: 'unfinished', sort: 'id', projection: 'keys' },
    },
  },
  /**
   * Refreshes of the knowledge layer (sk `refresh`) and, in the same partition, the sources that each plan of one looked at
   * (sk `source#<plan>#<number>`), kept 90 days. Beside them the partitions `freshness`, with what is known of each source
   * (sk is its id), and `status`, with the last answer about the components.
   */
  knowledge: {
    indexes: {
      by_creation: { partition: 'kind', sort: 'id' },
      /** Holds only refreshes whose end is still to come or to be published: sparse, and nearly always empty. */
      by_unfinished: { partition: 'unfinished', sort: 'id', projection: 'keys' },
    },
  },
  /** The last number and the last events of each resource that events are about; see functions/events/publish-events.ts. */
  sequences: { indexes: {} },
  /**
   * What was measured, as numbers that add: what was recorded, and what it comes to per minute, per hour and in all, see
   * functions/observability/fold-readings.ts. Beside them what is known of the scrapes of services' metrics: `scrape` (sk the
   * service) and, in one item, `scrape-round`.
   */
  metrics: { indexes: {} },
  /** Rate-limit windows, remembered answers of idempotent requests, and receipts of hooks. */
  requests: { indexes: {}, isDisposable: true },
} as const satisfies Record<string, TableSpec>;

export interface QueueSpec {
  /** Seconds that a receiver has before the message is given to another. */
  visibilitySeconds: number;
  /** Receives before a message goes to the dead-letter queue. */
  receivesMax: number;
  /** Most messages that one call of the consumer gets. */
  batchSize: number;
  /** Most calls of the consumer at a time, 2 to 1000 (the bounds of Lambda). */
  callsMax: number;
  /**
   * Messages of one group that the embedded home hands out at a time, so that a group that takes long does not take every
   * call. SQS knows no such bound; where it matters the consumer keeps it.
   */
  groupMax?: number;
  /** Days that a message is kept at the most, from its sending; 4 where left out, 14 at most (the bound of SQS). */
  keptDays?: number;
  /** Whether the consumer decides itself when a message is given up; see {@link Handled}. */
  givesUp?: true;
  /** Someone must look when a message has waited so many seconds: the consumer does not keep up, or fails. */
  ageAlarmSeconds: number;
  /** Someone must look when so many messages are received and not done with: at 120,000 SQS hands out no more. */
  inFlightAlarm?: number;
  /** What the bus brings to it: every event, or those of the types listed. A list must name types of event-types.ts. */
  events: 'all' | readonly string[];
}

export const queues = {
  /**
   * Events on their way into the events table. 5 receives ride out a throttled table; then someone must look. They take
   * five minutes, and a message that is older had to wait for its turn. 5 calls write as much as the table's one partition
   * takes.
   */
  'event-log': {
    visibilitySeconds: 60,
    receivesMax: 5,
    batchSize: 10,
    callsMax: 5,
    ageAlarmSeconds: 300,
    events: 'all',
  },
  /** Events on their way to the webhooks that ask for them. */
  'webhook-events': {
    visibilitySeconds: 60,
    receivesMax: 5,
    batchSize: 10,
    callsMax: 5,
    ageAlarmSeconds: 300,
    events: 'all',
  },
  /** Events on their way to the workflows that start with them. */
  'workflow-events': {
    visibilitySeconds: 60,
    receivesMax: 5,
    batchSize: 10,
    callsMax: 5,
    ageAlarmSeconds: 300,
    events: 'all',
  },
  /** Events that say how pipelines, stages and executions ended, on their way to the figures. */
  'measured-events': {
    visibilitySeconds: 60,
    receivesMax: 5,
    batchSize: 10,
    callsMax: 5,
    ageAlarmSeconds: 300,
    events: [
      'pipeline.completed',
      'pipeline.failed',
      'pipeline.cancelled',
      'pipeline.stage.completed',
      'workflow.completed',
      'workflow.failed',
    ],
  },
  /**
   * Deliveries, in a group for each webhook. One at a time to a call, so that none waits for another's receiver. 200 calls
   * are room for two attempts to each of a hundred receivers that hang. A delivery that waits for its turn counts as
   * received, so the deliverer itself gives up; 1000 is the most that SQS counts to. SQS leaves what was received three
   * times out of the age that it tells, so an hour means that deliveries wait for their first tries.
   */
  'webhook-deliveries': {
    visibilitySeconds: 60,
    receivesMax: 1000,
    batchSize: 1,
    callsMax: 200,
    groupMax: 10,
    keptDays: 14,
    givesUp: true,
    ageAlarmSeconds: 3600,
    inFlightAlarm: 80_000,
    events: [],
  },
} as const satisfies Record<string, QueueSpec>;

/** State machines by the name of their file in statemachines/. */
export const machines = ['pipeline', 'service-restart', 'workflow', 'knowledge-refresh'] as const;

export type TableName = keyof typeof tables;
export type QueueName = keyof typeof queues;
export type MachineName = (typeof machines)[number];

/**
 * The bearer tokens, one credential for each upstream service that asks for one (`upstream/<service name>`), the TLS
 * certificates for container hosts, and what senders of hooks sign with. Values come from Secrets Manager or, embedded, from the environment.
 */
export type SecretName = 'token' | 'token-previous' | 'container-hosts' | 'hooks' | `upstream/${string}`;

/** What the keys of objects begin with. */
export const objectPrefixes = ['pipelines/', 'executions/'] as const;
export type ObjectPrefix = (typeof objectPrefixes)[number];

/** To write is to put and to update; few functions delete, and they say so. */
export type TableMode = 'read' | 'write' | 'read-write' | 'read-write-delete' | 'write-delete' | 'delete';
export type ObjectMode = 'read' | 'write' | 'read-write';
/** To start executions of a state machine, to look at them, or both. */
export type MachineMode = 'start' | 'describe' | 'start-describe';

/** What one function may use. CDK turns it into the function's role; the embedded home refuses anything beyond it. */
export interface Access {
  tables?: Partial<Record<TableName, TableMode>>;
  queues?: QueueName[];
  machines?: Partial<Record<MachineName, MachineMode>>;
  objects?: Partial<Record<ObjectPrefix, ObjectMode>>;
  /** Whether it publishes events: it gets the bus, and the table of the numbers that events carry. */
  bus?: true;
  /** Services of the platform that it calls: it gets their credentials, and a place in their network. */
  services?: string[] | 'all';
  /** Whether it reaches services by their probes, which need no credential: it gets a place in their network. */
  probes?: true;
  /** Whether it talks to the engines of the container hosts: it gets their certificates, and a place in their network. */
  containers?: true;
  /**
   * Whether it sees to receivers of webhooks: `check` tells whether their URLs are allowed, `post` sends too, and gets a
   * place in the network of the services, where receivers may stand.
   */
  receivers?: 'check' | 'post';
  /** Secrets beyond those of its services. */
  secrets?: SecretName[];
}

/** Every table that a function with this access may use, and how. */
export function tablesOf({ tables = {}, bus }: Access): NonNullable<Access['tables']> {
  return { ...tables, ...(bus ? { sequences: 'read-write' as const } : {}) };
}

/** The access with all services named, where it is to all. */
export function withServices(access: Access, services: readonly { name: string }[]): Access {
  return access.services === 'all' ? { ...access, services: services.map(({ name }) => name) } : access;
}

/** Every secret that a function with this access may read; services must be named, see {@link withServices}. */
export function secretsOf({ secrets = [], services = [], containers }: Access): SecretName[] {
  const ofServices = services === 'all' ? [] : services.map((service): SecretName => `upstream/${service}`);
  return [...secrets, ...ofServices, ...(containers ? ['container-hosts' as const] : [])];
}

/** Whether a function with this access needs a place in the network of the services. */
export function needsPlatformNetwork({ services = [], probes, containers, receivers }: Access): boolean {
  return services.length > 0 || probes === true || containers === true || receivers === 'post';
}

/** Whether a mode holds this right, as one of the words that it is made of. */
export function allows(
  mode: TableMode | ObjectMode | MachineMode,
  right: 'read' | 'write' | 'delete' | 'start' | 'describe',
): boolean {
  return mode.split('-').includes(right);
}

/** The event source name that every event carries on EventBridge. */
export const eventSource = 'omni.orchestrator';
