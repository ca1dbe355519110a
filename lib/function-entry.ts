import type { Access } from '../backend/resources.ts';
import { accessOf, type Contract, type TaskContract } from '../functions/core/contract.ts';
import type { Catalogue } from '../platform/catalogue.ts';

/** One Lambda function before it is bundled: its name, the source of its entry module, and what it may use. */
export interface FunctionEntry {
  name: string;
  source: string;
  access: Access;
  timeoutMs: number;
  description: string;
}

/** The entry of an endpoint: its handler, wrapped, with the adapters that its access names and no others. */
export function endpointEntry(contract: Contract, catalogue: Catalogue): FunctionEntry {
  const { operationId, domain, timeoutMs, summary } = contract;
  const access = accessOf(contract);
  const module = `functions/${domain}/${kebabCase(operationId)}.ts`;
  return {
    name: kebabCase(operationId),
    source: source({ [module]: operationId, 'functions/core/lambda.ts': 'lambda' }, access, catalogue, [
      `export const handler = lambda(${operationId}, home);`,
    ]),
    access,
    timeoutMs,
    description: summary,
  };
}

/** The entry of a task: called by a state machine or schedule, or with the batches of a queue. */
export function taskEntry(contract: TaskContract, catalogue: Catalogue): FunctionEntry {
  const { name, domain, trigger, access, timeoutMs, summary } = contract;
  const handler = camelCase(name);
  const imports = { [`functions/${domain}/tasks/${name}.ts`]: handler };
  const lines =
    trigger.type === 'queue'
      ? [`export const handler = queueHandler(${handler}, '${trigger.queue}', home);`]
      : [`export const handler = taskLambda(${handler}, home);`];
  const wrapper =
    trigger.type === 'queue'
      ? { 'backend/aws/queue-handler.ts': 'queueHandler' }
      : { 'functions/core/lambda.ts': 'taskLambda' };
  return {
    name,
    source: source({ ...imports, ...wrapper }, access, catalogue, lines),
    access,
    timeoutMs,
    description: summary,
  };
}

/** The authorizer: who presents the current or the previous token may call every endpoint. */
export const authorizerEntry: FunctionEntry = {
  name: 'authorizer',
  source: importLines({
    'backend/aws/token-authorizer.ts': 'tokenAuthorizer',
    'backend/aws/secrets.ts': 'secretsManager',
  })
    .concat('export const handler = tokenAuthorizer(secretsManager());')
    .join('\n'),
  access: { secrets: ['token', 'token-previous'] },
  timeoutMs: 5_000,
  description: 'Checks the bearer token',
};

/** What answers 404 and 405 to every request that no endpoint is for. */
export const fallbackEntry: FunctionEntry = {
  name: 'fallback',
  source: importLines({ 'backend/aws/fallback.ts': 'handler' }).concat('export { handler };').join('\n'),
  access: {},
  timeoutMs: 3_000,
  description: 'Answers requests that no endpoint is for',
};

function source(imports: Record<string, string>, access: Access, catalogue: Catalogue, lines: string[]): string {
  const adapters = adaptersOf(access);
  const ports = adapters.map(({ port, name }) => `${port}: ${name}`).join(', ');
  const modules = Object.fromEntries(adapters.map(({ module, name }) => [module, name]));
  return [
    ...importLines({ ...imports, ...modules, 'backend/aws/lambda-home.ts': 'lambdaHome' }),
    `const home = lambdaHome({ ${ports} }, ${JSON.stringify(catalogue)});`,
    ...lines,
  ].join('\n');
}

function adaptersOf(access: Access) {
  const all = [
    { isUsed: access.tables, port: 'table', module: 'backend/aws/table.ts', name: 'dynamoTables' },
    { isUsed: access.queues, port: 'queue', module: 'backend/aws/queue.ts', name: 'sqsQueues' },
    { isUsed: access.machines, port: 'machine', module: 'backend/aws/state-machine.ts', name: 'stepFunctions' },
    { isUsed: access.bus, port: 'bus', module: 'backend/aws/bus.ts', name: 'eventBridgeBus' },
    { isUsed: access.objects, port: 'objects', module: 'backend/aws/objects.ts', name: 's3Objects' },
    { isUsed: access.secrets, port: 'secrets', module: 'backend/aws/secrets.ts', name: 'secretsManager' },
  ];
  return all.filter(({ isUsed }) => isUsed);
}

/** Paths are relative to the folder of the entries, `dist/<build>/entries`. */
function importLines(modules: Record<string, string>): string[] {
  return Object.entries(modules).map(([module, name]) => `import { ${name} } from '../../../${module}';`);
}

export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
