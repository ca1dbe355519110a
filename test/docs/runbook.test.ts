import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { openQueue } from '../../backend/embedded/queue.ts';
import { openStore } from '../../backend/embedded/store.ts';
import { machines, queues, tables } from '../../backend/resources.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { endpointModule } from '../../functions/core/module-path.ts';
import { temporaryFolder } from '../backend/embedded/temporary-folder.ts';
import { synthesise } from '../lib/synthesised.ts';
import { settableClock } from '../suites/settable-clock.ts';
import { commandsWith, runbook } from './runbook-commands.ts';

describe('the names in AWS that the runbook finds', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const endpoints = contracts.map((contract) => endpointModule(contract).path.replace(/^.*\/|\.ts$/g, ''));
  const functions = [...endpoints, ...taskContracts.map(({ name }) => name), 'authorizer', 'fallback'];
  const scheduled = taskContracts.filter(({ trigger }) => trigger.type === 'schedule').map(({ name }) => name);
  const wanted = [
    ...Object.keys(tables).map((name) => `DynamoDB::Table ${name}`),
    ...Object.keys(queues).flatMap((name) => [`SQS::Queue ${name}`, `SQS::Queue ${name}-dead`]),
    ...['Undelivered', 'UnrecordedReadings'].map((name) => `SQS::Queue ${name}`),
    ...functions.map((name) => `Lambda::Function ${name}`),
    ...machines.map((name) => `StepFunctions::StateMachine ${name}-machine`),
    ...scheduled.map((name) => `Events::Rule ${name}-schedule-rule`),
    ...['SNS::Topic Topic', 'S3::Bucket Bucket', 'ApiGateway::RestApi RestApi', 'Logs::LogGroup AccessLogs'],
  ];

  /** An `aws` that lists the resources of the stacks as the CLI does, the logical id as physical one too, and prints any other call. */
  function writeAws() {
    const rows = synthesise().stacks.flatMap(({ name, resources }) =>
      Object.entries(resources).map(([id, { Type }]) => ({ stack: name || 'OmniOrchestrator', id, Type })),
    );
    const lines = rows.map(({ stack, id, Type }) => `${stack}|${Type}|${id}|${id}`).join('\n');
    writeFileSync(join(folder.path, 'resources'), `${lines}\n`);
    const script = [
      '#!/bin/sh',
      '[ "$1" = cloudformation ] || { echo "$@"; exit; }',
      `sed -n "s/^$4|//p" '${folder.path}/resources' | tr '|' '\\t'`,
    ].join('\n');
    writeFileSync(join(folder.path, 'aws'), script);
    chmodSync(join(folder.path, 'aws'), 0o755);
  }

  /** What commands print, run after those that find the names. */
  async function linesOf(commands: string): Promise<string[]> {
    writeAws();
    const helpers = commandsWith('physical() {').replace(/^(URL|TOKEN)=.*$/gm, '');
    const { stdout } = await promisify(execFile)('bash', ['-c', `${helpers}\n${commands}`], {
      env: { ...process.env, PATH: `${folder.path}${delimiter}${process.env['PATH']}` },
    });
    return stdout.trim().split('\n');
  }

  it('are one for each table, queue, function, machine and schedule, and for what else its commands name', {
    timeout: 60_000,
  }, async () => {
    const asking = wanted.map((each) => `echo "${each} $(physical ${each} | tr '\\n' ' ')"`).join('\n');
    const found = (await linesOf(asking)).map((line) => line.trim().split(' '));
    const plain = (name = '') => name.replaceAll('-', '').toLowerCase();
    expect(found).toHaveLength(wanted.length);
    for (const [kind, name, ...ids] of found) {
      expect(ids, `${kind} ${name}`).toHaveLength(1);
      expect(plain(ids[0]), `${kind} ${name}`).toMatch(new RegExp(`${plain(name)}(function)?[0-9a-f]{8}$`));
    }
  });

  it('are those of every schedule and every consumer, and of no other rule, where all that writes is kept still', async () => {
    const [, gate = ''] = /^(gate\(\) \{[\s\S]*?^\})/m.exec(commandsWith('gate() {')) ?? [];
    const calls = (await linesOf(`${gate}\ngate disable 0`)).map((line) => line.replace(/[0-9A-F]{8}\b/, ''));
    const [api, ...others] = calls;
    expect(api).toMatch(/^apigateway update-stage .*rateLimit,value=0 .*burstLimit,value=0$/);
    const consumers = taskContracts.flatMap(({ name, trigger }) =>
      trigger.type === 'queue' ? [`${name}Function${trigger.queue}`.replaceAll('-', '')] : [],
    );
    expect(others.sort()).toEqual(
      [
        ...scheduled.map((name) => `events disable-rule --name ${name.replaceAll('-', '')}scheduleRule`),
        ...consumers.map((id) => `lambda update-event-source-mapping --uuid ${id} --no-enabled`),
      ].sort(),
    );
  });
});

it('the log group of each task that the runbook names is the one of its domain', () => {
  const named = taskContracts.filter(({ name }) => runbook.includes(`\`${name}\``));
  expect(named.length).toBeGreaterThan(10);
  for (const { name, domain } of named) {
    const [, functions] = new RegExp(`^\\| \`/OmniOrchestrator/${domain}\` +\\| (.*)$`, 'm').exec(runbook) ?? [];
    expect(functions, name).toContain(`\`${name}\``);
  }
});

describe('dead letters of the embedded home', () => {
  it('come to their consumer again by the commands of the runbook, those of other queues do not', async () => {
    const folder = temporaryFolder();
    const clock = settableClock();
    const options = { ...queues['event-log'], receivesMax: 1, visibilitySeconds: 1, clock, onFault: () => {} };
    const [, statements = ''] = /sqlite3 \S+ "([\s\S]+INSERT[\s\S]+)"/.exec(commandsWith('INSERT INTO messages')) ?? [];

    const before = openStore(folder.path);
    const names = ['event-log', 'workflow-events'];
    for (const name of names) await bury(openQueue(before, name, options), clock);
    before.database.exec(statements);
    before.close();

    const after = openStore(folder.path);
    const [replayed, other] = names.map((name) => openQueue(after, name, options));
    const received = Promise.withResolvers<unknown>();
    const stop = replayed?.consume(async ([message]) => {
      received.resolve(message?.body);
      return { retry: [] };
    });
    expect(await received.promise).toEqual({ hello: 'again' });
    await stop?.();
    expect(await replayed?.deadLetters()).toEqual([]);
    expect(await other?.deadLetters()).toHaveLength(1);
    after.close();
    folder.remove();
  });
});

/** Has a message fail as often as the queue allows. */
async function bury(queue: ReturnType<typeof openQueue>, clock: ReturnType<typeof settableClock>) {
  await queue.send([{ body: { hello: 'again' } }]);
  const stop = queue.consume(async (messages) => ({ retry: messages }));
  await expect
    .poll(async () => {
      clock.advance(2000);
      return (await queue.deadLetters()).length;
    })
    .toBe(1);
  await stop();
}
