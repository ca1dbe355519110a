import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functionEntries } from '../../lib/function-entries.ts';
import { OrchestratorStack } from '../../lib/orchestrator-stack.ts';
import { readStackSettings } from '../../lib/stack-settings.ts';
import { wholeApp } from './whole-app.ts';

/** Templates do not depend on what the bundles hold, so all functions share a folder; function-code.test.ts makes the real ones. */
const folder = mkdtempSync(join(tmpdir(), 'orchestrator-code-'));
writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => undefined;');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** In place of the bundles of all functions. */
export const noBundles = Object.fromEntries(
  functionEntries({ catalogue: { services: [] } }).map(({ name }) => [name, folder]),
);

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
  const settings = readStackSettings(app.node, {});
  const stack = new OrchestratorStack(app, settings.stackName, { settings, code: noBundles });
  const templates = wholeApp(stack);
  const ofType = (type: string) => templates.resources.filter(([, resource]) => resource.Type === type);
  return { stack, ...templates, ofType };
}
