import { type Access, secretsOf, tablesOf, withServices } from '../backend/resources.ts';
import { accessOf, type Contract, type TaskContract } from '../functions/core/contract.ts';
import { fallbackContract } from '../functions/core/fallback.ts';
import { endpointModule, taskModule } from '../functions/core/module-path.ts';
import type { Catalogue } from '../platform/catalogue.ts';

/** One Lambda function before it is bundled: its name, the source of its entry module, and what it may use. */
export interface FunctionEntry {
  name: string;
  source: string;
  access: Access;
  timeoutMs: number;
  memoryMegabytes?: number;
  description: string;
}

/** The entry of an endpoint: its handler, wrapped, with the adapters that its access names and no others. */
export function endpointEntry(contract: Contract, catalogue: Catalogue): FunctionEntry {
  const { path, name } = endpointModule(contract);
  return entry(path.replace(/^.*\/|\.ts$/g, ''), { ...contract, access: accessOf(contract) }, catalogue, {
    imports: { [`functions/${path}`]: name, 'backend/lambda/lambda.ts': 'lambda' },
    handler: `lambda(${name}, home)`,
  });
}

/** The entry of a task: called by a state machine or a schedule, or with the batches of a queue. */
export function taskEntry(contract: TaskContract, catalogue: Catalogue): FunctionEntry {
  const { path, name } = taskModule(contract);
  const { trigger } = contract;
  const task = { [`functions/${path}`]: name };
  const { module, wrapper, more = '' } = wrapperOf(trigger);
  return entry(contract.name, contract, catalogue, {
    imports: { ...task, [module]: wrapper },
    handler: `${wrapper}(${name}, ${more}home)`,
  });
}

/** What makes a task the handler of a Lambda function, by what calls it. */
function wrapperOf(trigger: TaskContract['trigger']): { module: string; wrapper: string; more?: string } {
  if (trigger.type === 'queue') {
    return { module: 'backend/lambda/queue-handler.ts', wrapper: 'queueHandler', more: `'${trigger.queue}', ` };
  }
  if (trigger.type === 'readings') return { module: 'backend/lambda/readings-handler.ts', wrapper: 'readingsHandler' };
  return { module: 'backend/lambda/lambda.ts', wrapper: 'taskLambda' };
}

/** The entry of the authorizer, which reads the tokens and nothing else. */
export function authorizerEntry(catalogue: Catalogue): FunctionEntry {
  const spec: Spec = {
    summary: 'Checks the bearer token',
    access: { secrets: ['token', 'token-previous'] },
    timeoutMs: 5_000,
  };
  return entry('authorizer', spec, catalogue, {
    imports: { 'backend/lambda/lambda.ts': 'authorizerLambda' },
    handler: 'authorizerLambda(home)',
  });
}

/** The entry of what answers 404 and 405 to every request that no endpoint is for. It holds the routes and no more of them. */
export function fallbackEntry(contracts: readonly Contract[], catalogue: Catalogue): FunctionEntry {
  const routes = contracts.map(({ method, path }) => ({ contract: { method, path } }));
  return entry('fallback', { ...fallbackContract, access: accessOf(fallbackContract) }, catalogue, {
    imports: {
      'functions/core/router.ts': 'createRouter',
      'backend/lambda/lambda.ts': 'fallbackLambda',
    },
    handler: `fallbackLambda(createRouter(${JSON.stringify(routes)}), home)`,
  });
}

type Spec = Pick<Contract, 'summary' | 'access' | 'timeoutMs'> & Pick<TaskContract, 'memoryMegabytes'>;

interface Code {
  /** What is imported, by module. */
  imports: Record<string, string>;
  handler: string;
}

function entry(name: string, spec: Spec, catalogue: Catalogue, { imports, handler }: Code): FunctionEntry {
  const access = withServices(spec.access, catalogue.services);
  const adapters = adaptersOf(access);
  const modules = Object.fromEntries(adapters.map((adapter) => [adapter.module, adapter.name]));
  const ports = adapters.map((adapter) => `${adapter.port}: ${adapter.name}`).join(', ');
  const makers = makersOf(access);
  const source = [
    ...importLines({ ...imports, ...modules, ...makers, 'backend/lambda/lambda-home.ts': 'lambdaHome' }),
    `const home = lambdaHome({ ${ports} }, ${JSON.stringify(catalogue)}, { ${Object.values(makers).join(', ')} });`,
    `export const handler = ${handler};`,
  ].join('\n');
  const { timeoutMs, memoryMegabytes, summary: description } = spec;
  return { name, source, access, timeoutMs, description, ...(memoryMegabytes && { memoryMegabytes }) };
}

function adaptersOf(access: Access) {
  const all = [
    {
      isUsed: Object.keys(tablesOf(access)).length > 0,
      port: 'table',
      module: 'backend/aws/table.ts',
      name: 'dynamoTables',
    },
    { isUsed: access.queues, port: 'queue', module: 'backend/aws/queue.ts', name: 'sqsQueues' },
    { isUsed: access.machines, port: 'machine', module: 'backend/aws/state-machine.ts', name: 'stepFunctions' },
    { isUsed: access.bus, port: 'bus', module: 'backend/aws/bus.ts', name: 'eventBridgeBus' },
    { isUsed: access.objects, port: 'objects', module: 'backend/aws/objects.ts', name: 's3Objects' },
    { isUsed: secretsOf(access).length > 0, port: 'secrets', module: 'backend/aws/secrets.ts', name: 'secretsManager' },
  ];
  return all.filter(({ isUsed }) => isUsed);
}

/** What reaches services, container hosts and receivers of webhooks comes only into the bundles of functions that do. */
function makersOf({ probes, containers, receivers }: Access): Record<string, string> {
  return {
    ...(probes ? { 'platform/probing/prober.ts': 'createProber' } : {}),
    ...(containers ? { 'platform/containers/container-hosts.ts': 'createContainerHosts' } : {}),
    ...(receivers ? { 'platform/receivers/receivers.ts': 'createReceivers' } : {}),
  };
}

/** Paths start at the folder of the entries, `dist/<build>/entries`. */
function importLines(modules: Record<string, string>): string[] {
  return Object.entries(modules).map(([module, name]) => `import { ${name} } from '../../../${module}';`);
}
