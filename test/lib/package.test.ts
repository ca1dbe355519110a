import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StackTemplate } from '../../tools/documentation/whole-app.ts';

const example = resolve('docs/examples/cdk-app');
const folder = mkdtempSync(join(tmpdir(), 'orchestrator-package-'));
const app = join(folder, 'app');
const environment = { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out') };
let packed: string[];

/** What another team does: packs the project, and installs it with what it depends on and no more. */
beforeAll(() => {
  const report = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const [{ filename, files }] = JSON.parse(report.slice(report.indexOf('[\n'))) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = files.map(({ path }) => path);
  mkdirSync(join(app, 'node_modules'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  cpSync(join(folder, 'package'), join(app, 'node_modules', 'omni-orchestrator'), { recursive: true });
  for (const name of installedPackages()) {
    mkdirSync(dirname(join(app, 'node_modules', name)), { recursive: true });
    symlinkSync(resolve('node_modules', name), join(app, 'node_modules', name));
  }
  cpSync(example, app, { recursive: true });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The packages beside the app's own: those that ours depends on, CDK, and the types of Node. */
function installedPackages(): string[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const production = Object.entries(packages).flatMap(([path, { dev }]) => {
    const [, name, ...nested] = path.split('node_modules/');
    return dev || name === undefined || nested.length > 0 ? [] : [name.replace(/\/$/, '')];
  });
  return [...new Set([...production, 'aws-cdk-lib', 'constructs', '@types/node'])];
}

describe('the package', () => {
  it('has what the constructs need, and neither tests nor the simulated platform', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['dist/index.js', 'dist/types/lib/index.d.ts', 'statemachines/pipeline.asl.json']),
    );
    expect(packed.filter((path) => /^(test|bench|bin|tools)\/|\/simulated\/|\.test\./.test(path))).toEqual([]);
  });

  it('runs on Node 20, so it calls nothing that came later', () => {
    const later = /\b(?:Map|Object)\.groupBy|Promise\.(?:withResolvers|try)|Array\.fromAsync|RegExp\.escape/g;
    const compiled = readFileSync(join(app, 'node_modules', 'omni-orchestrator', 'dist', 'index.js'), 'utf8');
    expect(compiled.match(later)).toBeNull();
  });

  it('has types with which the example compiles under the strict rules', { timeout: 120_000 }, () => {
    const compiler = resolve('node_modules/typescript/bin/tsc');
    const rules = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', '--types', 'node'];
    const says = () => execFileSync(process.execPath, [compiler, '--noEmit', ...rules, 'app.ts'], { cwd: app });
    expect(says).not.toThrow();
  });

  it('synthesises the example: the orchestrator between what the app has and what takes its events', {
    timeout: 120_000,
  }, () => {
    execFileSync(process.execPath, ['app.ts'], { cwd: app, env: environment, stdio: 'pipe' });
    const control = template('Control.template.json');
    const names = Object.values(control.Resources).map(({ Properties }) => Properties?.['LogGroupName']);
    expect(names).toContain('/omni-staging/core');
    expect(JSON.stringify(control)).toMatch(/"Fn::ImportValue":"Platform:[^"]*Key/);
    const [rule] = Object.values(template('Releases.template.json').Resources).filter(
      ({ Type }) => Type === 'AWS::Events::Rule',
    );
    expect(rule?.Properties).toMatchObject({
      EventBusName: { 'Fn::ImportValue': expect.stringMatching(/^Control:.*EventsBus/) },
      EventPattern: { source: ['omni.orchestrator'], 'detail-type': ['pipeline.completed'] },
    });
  });
});

function template(file: string): StackTemplate {
  return JSON.parse(readFileSync(join(environment.CDK_OUTDIR, file), 'utf8')) as StackTemplate;
}
