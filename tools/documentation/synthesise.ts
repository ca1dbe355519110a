import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functionEntries, OrchestratorStack } from '../../lib/orchestrator-stack.ts';
import { readStackSettings } from '../../lib/stack-settings.ts';
import { wholeApp } from './whole-app.ts';

/** Templates do not depend on what the bundles hold, so all functions share a folder. */
const folder = mkdtempSync(join(tmpdir(), 'orchestrator-code-'));
writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => undefined;');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

type Context = Record<string, unknown>;

const made = new Map<string, ReturnType<typeof make>>();

/**
 * The stack under a context, its templates, and the resources of all of them; made once for each context, as that takes a
 * second. Not to be changed.
 */
export function synthesise(context: Context = {}) {
  const key = JSON.stringify(context);
  const stack = made.get(key) ?? make(context);
  made.set(key, stack);
  return stack;
}

function make(context: Context) {
  const app = new App({ context: { ...context, 'aws:cdk:enable-path-metadata': true }, analyticsReporting: false });
  const settings = readStackSettings(app.node);
  const code = Object.fromEntries(functionEntries(settings).map(({ name }) => [name, folder]));
  const stack = new OrchestratorStack(app, settings.stackName, { settings, code });
  const { parent, nested, stacks } = wholeApp(stack);
  const resources = stacks.flatMap((each) => Object.entries(each.resources));
  const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type);
  return { stack, parent, nested, stacks, resources, ofType };
}
