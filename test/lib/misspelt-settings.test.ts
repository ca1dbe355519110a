import { describe, expect, it } from 'vitest';
import { problemsOf, read } from './read-settings.ts';

describe('a misspelt setting', () => {
  it.each([
    { key: 'privateAPI', means: 'privateApi' },
    { key: 'private-api', means: 'privateApi' },
    { key: 'log_level', means: 'logLevel' },
    { key: 'stackname', means: 'stackName' },
    { key: 'VPC', means: 'vpc' },
    { key: 'vpcs', means: 'vpc' },
    { key: 'alarmTopicARM', means: 'alarmTopicArn' },
    { key: 'upstreamSecret', means: 'upstreamSecrets' },
  ])('of the context is refused with the one that is meant: $key', ({ key, means }) => {
    expect(problemsOf({ [key]: 'x' })).toContain(`\n  ${key}: is not a setting; the nearest one is ${means}`);
  });

  it.each([
    '@aws-cdk/core:logLevel',
    'availability-zones:account=1',
    'logLevel:x',
    'app',
    'stage',
    'owner',
    'eventBusName',
    'aws:cdk:enable-path-metadata',
  ])('is none where the key may be that of others: %s', (key) => {
    expect(read({ [key]: 'x' })).toEqual(read({}));
  });

  it.each([
    { variable: 'OMNI_LOGLEVEL', means: 'OMNI_LOG_LEVEL' },
    { variable: 'OMNI_STACKNAME', means: 'OMNI_STACK_NAME' },
    { variable: 'OMNI_PROBE_TIMEOUT', means: 'OMNI_PROBE_TIMEOUT_MS' },
  ])('of the environment is refused with the nearest: $variable', ({ variable, means }) => {
    expect(problemsOf({}, { [variable]: 'x' })).toContain(
      `\n  ${variable}: is not a setting; the nearest one is ${means}`,
    );
  });

  it('of the environment is refused whatever it resembles, and told with all else that is wrong', () => {
    expect(problemsOf({ logLevel: 'LOUD', loglevel: 'INFO' }, { OMNI_NOPE: '1' }).split('\n')).toEqual([
      'The CDK context or the environment is not valid:',
      '  loglevel: is not a setting; the nearest one is logLevel',
      expect.stringMatching(/^ {2}OMNI_NOPE: is not a setting; the nearest one is OMNI_/),
      expect.stringMatching(/^ {2}logLevel: /),
    ]);
  });

  it('is none where it is empty, or what pipelines tell their CI', () => {
    expect(read({}, { OMNI_NOPE: '', OMNI_PIPELINE_ID: 'pipe_1', OMNI_ITERATION: '1' })).toEqual(read({}));
  });
});
