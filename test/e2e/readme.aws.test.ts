import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../../platform/simulated/start-simulated-platform.ts';
import { installProgram } from '../../tools/install-program.ts';
import { trialEnvironment } from '../../tools/trial-environment.ts';
import { restoreTrial } from '../docs/runbook-trial.ts';

const root = join(import.meta.dirname, '..', '..');

/** The first version, since it is the one that pip installs; the commands are the same. */
const awsCli = { name: 'AWS CLI', version: '1.45.11', packages: ['awscli==1.45.11'], program: 'aws' };

/** All commands of the README's section, in order, but for those that start the emulator and install packages; the last ones by themselves. */
function commandsOnAws(): { trial: string; deletion: string } {
  const [, section = ''] = /\n## On AWS\n([\s\S]*?)\n## /.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  const [, ...blocks] = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const deletion = blocks.pop() ?? '';
  return { trial: blocks.join('\n').replace(/^npm ci$/m, ''), deletion };
}

/** What docs/deployment.md judges a deployment by, between lines that tell its output from that of other commands. */
function smokeCheck(): string {
  const blocks = readFileSync(join(root, 'docs', 'deployment.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g);
  const found = [...blocks].find(([, block = '']) => block.includes('Smoke test'));
  return ['echo "judged:"', found?.[1] ?? 'false', 'echo "judged"'].join('\n');
}

it('the commands of the README deploy the stack, run a pipeline, and add a rule by which its event arrives; those of docs/deployment.md judge the deployment; those of the runbook bring a lost item and a lost table back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-readme-'));
  const platform = await startSimulatedPlatform({
    catalogue: readCatalogue(new URL('../../platform/catalogue.json', import.meta.url)),
    database: ':memory:',
  });
  onTestFinished(async () => {
    await platform.close();
    rmSync(folder, { recursive: true });
  });
  const catalogueFile = join(folder, 'catalogue.json');
  writeFileSync(catalogueFile, JSON.stringify(platform.catalogue));
  const script = join(folder, 'readme.sh');
  const endpoint = String(process.env['AWS_ENDPOINT_URL']);
  const { trial, deletion } = commandsOnAws();
  writeFileSync(
    script,
    ['set -eu', trialEnvironment(endpoint, catalogueFile), trial, smokeCheck(), restoreTrial(), deletion].join('\n'),
  );

  const path = [dirname(installProgram(awsCli)), join(root, 'node_modules', '.bin'), process.env['PATH']].join(
    delimiter,
  );
  const { stdout } = await promisify(execFile)('bash', [script], { env: { ...process.env, PATH: path } });
  const [inReadme = '', judged = ''] = stdout.split(/^judged:?$/m);
  expect(inReadme.match(/"pipeline_id":"pipe_/g)).toHaveLength(2);
  expect(judged).toContain('"type":"pipeline.started"');
  expect(inReadme).toMatch(/"Body": ".*pipeline\.completed/);
  const [, registered] = /^registered: (\["wh_.*"\])$/m.exec(stdout) ?? [];
  const lists = stdout.match(/^(lost|put back|lost again|the table restored): .*$/gm);
  expect(lists).toEqual(['lost: []', `put back: ${registered}`, 'lost again: []', `the table restored: ${registered}`]);
  expect(stdout).toContain('closed: 429\n');
  expect(stdout).toMatch(/^ENABLED$/m);
}, 600_000);
