interface Assumption {
  value: number;
  meaning: string;
  /** Why this value. */
  reason: string;
}

/**
 * What neither the code nor a price list says. Nothing of it was measured on AWS. Change a value here and run `npm run docs`,
 * or try one with `npm run cost -- <name>=<value>`.
 */
const assumed = {
  services: { value: 37, meaning: 'services in the catalogue', reason: 'the default catalogue' },
  probeIntervalSeconds: { value: 15, meaning: 'seconds from one round of probes to the next', reason: 'the default' },
  scrapeIntervalSeconds: { value: 60, meaning: 'seconds from one round of scrapes to the next', reason: 'the default' },
  roundMs: {
    value: 500,
    meaning: 'ms that a round of probes or scrapes takes while all is well',
    reason: '50 ms for the services, 10 ms of CPU time at a third of a core, and the writes',
  },
  callMs: {
    value: 15,
    meaning: 'ms of a call of a function without what it waits for',
    reason: '1 to 3 ms of CPU time here, at a third of a core there, and the runtime',
  },
  tableCallMs: {
    value: 5,
    meaning: 'ms of a call of DynamoDB; all are taken as one after the other',
    reason: 'DynamoDB promises single-digit milliseconds',
  },
  stageMs: {
    value: 500,
    meaning: 'ms that a call of a stage or a step of a workflow waits for services',
    reason: 'the services are ours to choose, so this is yours to set',
  },
  receiverMs: { value: 200, meaning: 'ms that a receiver of webhooks takes to answer', reason: 'common' },
  coldShare: { value: 0.02, meaning: 'share of the calls that start a new process', reason: 'steady traffic' },
  coldMs: {
    value: 800,
    meaning: 'ms of such a start, which is paid for',
    reason: '200 to 300 ms of CPU time here at most, at a third of a core there',
  },
  memoryMegabytes: { value: 512, meaning: 'MB of each function', reason: 'what lib/endpoint-function.ts gives' },
  logBytes: {
    value: 1300,
    meaning: 'bytes of log for a request: access log, what Lambda prints, and a reading',
    reason: 'a reading has 500 bytes, the other two 400 each',
  },
  taskLogBytes: {
    value: 450,
    meaning: 'bytes of log for a call of a task',
    reason: 'what Lambda prints, and little else',
  },
  eventBytes: { value: 700, meaning: 'bytes of an event', reason: 'those of the examples in docs/events.md' },
  requestsPerSecond: {
    value: 10,
    meaning: 'requests a second while there are some; decides how many are traced',
    reason: 'X-Ray takes one a second and 5 % of the rest',
  },
  authorizedShare: {
    value: 0.05,
    meaning: 'share of the requests that the authorizer is called for',
    reason: 'API Gateway keeps its answer for a minute',
  },
  idlePollers: {
    value: 5,
    meaning: 'long polls of 20 s that Lambda keeps open at an empty queue',
    reason: 'from memory; AWS does not promise it',
  },
  secretsMore: {
    value: 12,
    meaning: 'secrets beside the token: of services, container hosts and hooks',
    reason: 'a platform in which one service in three asks for a credential',
  },
  ingestSeconds: { value: 60, meaning: 'seconds of the stage ingest', reason: 'a small repository' },
  enrichSeconds: { value: 10, meaning: 'seconds of enrich', reason: 'a few queries' },
  generateSeconds: { value: 600, meaning: 'seconds of generate', reason: 'an agent at work' },
  validateSeconds: { value: 120, meaning: 'seconds of validate', reason: 'two scanners' },
  testSeconds: { value: 300, meaning: 'seconds of test', reason: 'a CI pipeline' },
  deploySeconds: { value: 180, meaning: 'seconds of deploy', reason: 'a backup and a roll-out' },
  monitorSeconds: { value: 60, meaning: 'seconds of monitor', reason: 'the default' },
  learnSeconds: { value: 30, meaning: 'seconds of learn', reason: 'a little to ingest' },
} as const satisfies Record<string, Assumption>;

export type AssumptionName = keyof typeof assumed;
export type Assumptions = Record<AssumptionName, number>;

export const assumptionEntries = Object.entries(assumed) as [AssumptionName, Assumption][];

/** The assumptions with some of them set otherwise, each as `name=value`. Throws for a name or a value that is none. */
export function assumptionsWith(changes: readonly string[] = []): Assumptions {
  const values = Object.fromEntries(assumptionEntries.map(([name, { value }]) => [name, value])) as Assumptions;
  for (const change of changes) {
    const [name = '', text = ''] = change.split('=');
    const value = Number(text);
    if (!Object.hasOwn(values, name)) throw new Error(`There is no assumption "${name}".`);
    if (text === '' || !Number.isFinite(value) || value < 0) throw new Error(`"${text}" is no value of ${name}.`);
    values[name as AssumptionName] = value;
  }
  return values;
}
