import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stackContext, stackVariable } from '../../lib/stack-settings.ts';
import { problemsOf, read } from './read-settings.ts';
import { everyChoice, withDomain } from './synthesised.ts';

const everything = { ...everyChoice, ...withDomain };

describe('the CDK context', () => {
  it('may be empty', () => {
    expect(read({})).toMatchObject({ stackName: 'OmniOrchestrator', logRetentionDays: 90, destroyOnDelete: false });
    expect(read({}).catalogue.services).toHaveLength(37);
  });

  it('is the same as objects in cdk.json and as JSON on the command line', () => {
    const asText = Object.entries(everything).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(read(Object.fromEntries(asText))).toEqual(read(everything));
  });

  it.each([
    { context: { logRetentionDays: 91 }, says: /logRetentionDays: / },
    { context: { destroyOnDelete: 'yes' }, says: /destroyOnDelete: / },
    { context: { vpc: { id: 'vpc-1' } }, says: /vpc\.subnetIds: / },
    { context: { vpc: 'vpc-1' }, says: /vpc: must be JSON/ },
    {
      context: { upstreamSecrets: { 'code-fudge': 'x' } },
      says: /upstreamSecrets\.code-fudge: is not in the catalogue/,
    },
    { context: { rateLimits: { reads: 5 } }, says: /"reads=5" is not/ },
    { context: { stageDeadlines: { generate: 0 } }, says: /stageDeadlines\.generate: / },
    { context: { logLevel: 'LOUD' }, says: /logLevel: / },
    { context: { webhookAllow: 'hooks.corp.example' }, says: /webhookAllow: must be JSON/ },
    { context: { webhookRetryDelays: '5,60' }, says: /webhookRetryDelays: must be JSON/ },
    { context: { webhookRetryDelays: [] }, says: /webhookRetryDelays: / },
    { context: { webhookRetryDelays: [5, 0.5] }, says: /webhookRetryDelays\.1: / },
    { context: { webhookRetryDelays: [-5] }, says: /webhookRetryDelays: "-5" is not a whole number of seconds/ },
    { context: { webhookRetryDelays: [5, 36_001] }, says: /webhookRetryDelays: "36001" is not a whole number/ },
    { context: { webhookRetryDelays: Array(21).fill(5) }, says: /webhookRetryDelays: must not have more than 20/ },
    { context: { webhookAllow: ['*.corp.example'] }, says: /webhookAllow: "\*\.corp\.example" must be an address/ },
  ])('$context is refused with what is wrong', ({ context, says }) => {
    expect(() => read(context)).toThrow(says);
  });

  it.each([
    { context: { probeIntervalSeconds: 5, probeTimeoutMs: 5000 }, says: /probeTimeoutMs: must be less than .*5000 ms/ },
    { context: { probeIntervalSeconds: '5', probeTimeoutMs: '5000' }, says: /probeTimeoutMs: must be less than/ },
    { context: { probeSlowMs: 4000 }, says: /probeSlowMs: must be less than .*4000 ms/ },
    { context: { monitorSeconds: 1800 }, says: /monitorSeconds: must be less than .*1800 seconds/ },
    { context: { stageDeadlines: { monitor: 60 } }, says: /monitorSeconds: must be less than .*60 seconds/ },
  ])('$context, on which every function would die at its start, is refused', ({ context, says }) => {
    const problems = problemsOf({ ...context, logLevel: 'LOUD' });
    expect(problems).toMatch(says);
    expect(problems).toMatch(/logLevel: /);
    expect(problems).not.toMatch(/[A-Z]+_[A-Z]+/);
  });

  it('hands on where webhooks may be sent', () => {
    const { functionEnvironment } = read({ webhookAllow: ['10.1.0.0/16', 'hooks.corp.example'] });
    expect(functionEnvironment['WEBHOOK_ALLOW']).toBe('10.1.0.0/16,hooks.corp.example');
    expect(read({}).functionEnvironment).not.toHaveProperty('WEBHOOK_ALLOW');
  });

  it('hands on the delays between the tries of a delivery', () => {
    expect(read({ webhookRetryDelays: [5, 60] }).functionEnvironment['WEBHOOK_RETRY_DELAYS']).toBe('5,60');
    expect(read({ webhookRetryDelays: '[5, 60]' }).functionEnvironment['WEBHOOK_RETRY_DELAYS']).toBe('5,60');
    expect(read({}).functionEnvironment).not.toHaveProperty('WEBHOOK_RETRY_DELAYS');
  });

  it.each(['127.0.0.1', '127.0.0.0/8', '126.0.0.0/7', '::1', '::ffff:127.0.0.1', 'localhost'])(
    'lets no webhook be sent to %s, where a function has an API of its own',
    (entry) => {
      expect(problemsOf({ webhookAllow: ['10.1.0.0/16', entry] })).toMatch(
        /^The CDK context or the environment is not valid:\n {2}webhookAllow: \S+ is loopback, where a function has its runtime's own API$/,
      );
    },
  );

  it('names everything that is wrong at once, wherever it is checked', () => {
    const says = problemsOf({
      artifactDays: 0,
      logLevel: 'LOUD',
      monitorSeconds: 7200,
      rateLimits: { reads: 5 },
      upstreamSecrets: { 'code-fudge': 'x' },
    });
    expect(says.split('\n')).toEqual([
      'The CDK context or the environment is not valid:',
      expect.stringMatching(/^ {2}artifactDays: /),
      expect.stringMatching(/^ {2}upstreamSecrets\.code-fudge: is not in the catalogue$/),
      expect.stringMatching(/^ {2}rateLimits: "reads=5" is not/),
      expect.stringMatching(/^ {2}monitorSeconds: /),
      expect.stringMatching(/^ {2}logLevel: /),
    ]);
  });

  it.each([
    { file: 'is absent', text: undefined, says: [/catalogue\.json: cannot be read: ENOENT/] },
    { file: 'is no JSON', text: '{', says: [/catalogue\.json: is not JSON/] },
    {
      file: 'has bad rows',
      text: '{"services":[{"name":"a"},{"name":"b"}]}',
      says: [/catalogue\.json: a: container: /, /catalogue\.json: b: port: /],
    },
  ])('a catalogue that $file is named with what else is wrong', ({ text, says }) => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-catalogue-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const catalogueFile = join(folder, 'catalogue.json');
    if (text !== undefined) writeFileSync(catalogueFile, text);
    const problems = problemsOf({ catalogueFile, artifactDays: 0, logLevel: 'LOUD' });
    for (const problem of [...says, /artifactDays: /, /logLevel: /]) expect(problems).toMatch(problem);
  });
});

describe('the environment', () => {
  it('gives every value that the context can give, as the same text', () => {
    const variables = Object.entries(everything).map(([name, value]) => [
      stackVariable(name),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(read({}, Object.fromEntries(variables))).toEqual(read(everything));
  });

  it('has a variable of its own for every value', () => {
    const variables = Object.keys(stackContext.shape).map(stackVariable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toEqual(expect.arrayContaining(['OMNI_VPC', 'OMNI_ALARM_TOPIC_ARN', 'OMNI_PROBE_TIMEOUT_MS']));
  });

  it('counts only where the context says nothing', () => {
    const environment = { OMNI_LOG_LEVEL: 'DEBUG', OMNI_ARTIFACT_DAYS: '7' };
    expect(read({ logLevel: 'ERROR' }, environment)).toMatchObject({ logLevel: 'ERROR', artifactDays: 7 });
    expect(read({ destroyOnDelete: false }, { OMNI_DESTROY_ON_DELETE: 'true' }).destroyOnDelete).toBe(false);
  });

  it('says nothing with an empty variable', () => {
    expect(read({}, { OMNI_VPC: '', OMNI_LOG_LEVEL: '' })).toEqual(read({}));
  });

  it('is not read under names that other programs set too', () => {
    const others = { LOG_LEVEL: 'DEBUG', DOCKER_HOST: 'tcp://127.0.0.1:2375', VPC: 'vpc-1' };
    expect(read({}, others)).toEqual(read({}));
  });

  it('is named where it is wrong, and the context where that is', () => {
    const says = problemsOf({ logLevel: 'LOUD' }, { OMNI_LOG_LEVEL: 'INFO', OMNI_VPC: '{"id":"vpc-1"}' });
    expect(says).toMatch(/^ {2}logLevel: /m);
    expect(says).toMatch(/^ {2}OMNI_VPC\.subnetIds: /m);
    expect(says).not.toMatch(/OMNI_LOG_LEVEL|^ {2}vpc/m);
    expect(problemsOf({}, { OMNI_MONITOR_SECONDS: '7200' })).toMatch(/^ {2}OMNI_MONITOR_SECONDS: /m);
    expect(problemsOf({}, { OMNI_UPSTREAM_SECRETS: '{"code-fudge":"x"}' })).toMatch(
      /^ {2}OMNI_UPSTREAM_SECRETS\.code-fudge: is not in the catalogue/m,
    );
  });
});
