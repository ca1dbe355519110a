import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { FunctionEntry } from './function-entry.ts';

const root = join(import.meta.dirname, '..');

/** Packages that are not ES modules, such as find-my-way, ask for Node's own modules with `require`, which an ES module lacks. */
const requireForCommonJs = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** What dockerode brings along for hosts over SSH and for building images, neither of which is asked of it. */
const unusedByDockerode = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

const alias = {
  '@aws-sdk/credential-provider-node': join(root, 'backend', 'aws', 'environment-credentials.ts'),
  ...Object.fromEntries(unusedByDockerode.map((name) => [name, join(root, 'platform', 'containers', 'left-out.ts')])),
};

/**
 * Bundles all functions in one run of esbuild and gives the folder of each, `index.mjs` and its source map, by name. The
 * content depends on nothing but the sources, so the asset of an unchanged function keeps its hash on every machine. The
 * folders last as long as this process, which is longer than CDK needs them.
 */
export function bundleFunctions(entries: readonly FunctionEntry[]): Record<string, string> {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist', 'functions-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'entries'));
  for (const { name, source } of entries) writeFileSync(join(folder, 'entries', `${name}.ts`), source);
  buildSync({
    absWorkingDir: folder,
    entryPoints: entries.map(({ name }) => ({ in: `entries/${name}.ts`, out: `${name}/index` })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    alias,
    banner: { js: requireForCommonJs },
    logLevel: 'warning',
  });
  return Object.fromEntries(entries.map(({ name }) => [name, join(folder, name)]));
}
