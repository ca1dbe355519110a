import { join } from 'node:path';
import type * as z from 'zod';
import { variableOf } from '../../backend/embedded/secrets.ts';
import type { Access } from '../../backend/resources.ts';
import { embeddedSettings, readEmbeddedSettings } from '../../bin/embedded/settings.ts';
import { functionSettings, readFunctionSettings, stageNames } from '../../functions/core/settings.ts';
import { knowledgeContracts, knowledgeTasks } from '../../functions/knowledge/contract.ts';
import { stageServices } from '../../functions/pipelines/task-contracts.ts';
import { stackContext, stackVariable } from '../../lib/stack-settings.ts';
import { code, markdownTable } from './markdown-table.ts';
import { schemaFields } from './schema-fields.ts';

/** The parts of docs/configuration.md that the schemas of the settings say already. */
export function configurationSections(): Record<string, string> {
  return {
    'embedded-settings': settingsTable(embeddedSettings),
    'function-settings': settingsTable(functionSettings),
    'simulated-defaults': simulatedDefaults(),
    'stage-deadlines': stageDeadlines(),
    credentials: credentials(),
    'cdk-context': cdkContext(),
  };
}

function settingsTable(schema: z.ZodObject): string {
  const rows = schemaFields(schema).map((setting) => [
    code(setting.path),
    setting.type,
    code(defaultOf(schema, setting.path)),
    setting.description,
  ]);
  return markdownTable(['Setting', 'Value', 'Default', 'Meaning'], rows);
}

/** What a setting is when it is left out, where that is one value; a path is shown from the project's root. */
function defaultOf(schema: z.ZodObject, name: string): string {
  const { data } = (schema.shape[name] as z.ZodType).safeParse(undefined);
  const isOneValue = ['string', 'number', 'boolean'].includes(typeof data);
  return isOneValue ? String(data).replace(join(import.meta.dirname, '..', '..', '/'), '') : '';
}

/** Where the embedded home with its simulated platform differs from the functions' own defaults. */
function simulatedDefaults(): string {
  const embedded = readEmbeddedSettings({}).functions.monitorSeconds;
  const general = readFunctionSettings({}).monitorSeconds;
  return `With the simulated platform \`MONITOR_SECONDS\` is ${embedded} unless it is set, instead of ${general}.`;
}

function stageDeadlines(): string {
  const { stageDeadlineSeconds } = readFunctionSettings({});
  return markdownTable(
    ['Stage', 'Seconds'],
    stageNames.map((stage) => [code(stage), String(stageDeadlineSeconds[stage])]),
  );
}

function credentials(): string {
  const callers: [caller: string, services: readonly string[]][] = [
    ...stageNames.map((stage) => [code(stage), stageServices[stage]] as [string, readonly string[]]),
    ['the knowledge layer', knowledgeServices()],
  ];
  const services = [...new Set(callers.flatMap(([, called]) => called))].sort();
  const rows = services.map((service) => [
    code(service),
    callers.flatMap(([caller, called]) => (called.includes(service) ? [caller] : [])).join(', '),
    code(variableOf(`upstream/${service}`)),
  ]);
  return markdownTable(['Service', 'Called by', 'Variable in the embedded home'], rows);
}

function knowledgeServices(): string[] {
  const declared: readonly { access: Access }[] = [...knowledgeContracts, ...knowledgeTasks];
  return declared.flatMap(({ access: { services = [] } }) => services);
}

function cdkContext(): string {
  const values = schemaFields(stackContext, 'output').filter(({ path }) => Object.hasOwn(stackContext.shape, path));
  const rows = values.map((value) => [
    code(value.path),
    code(stackVariable(value.path)),
    value.type,
    code(defaultOf(stackContext, value.path)),
    value.description,
  ]);
  return markdownTable(['Value', 'Variable', 'Type', 'Default', 'Meaning'], rows);
}
