import { describe, expect, it } from 'vitest';
import { defaultRateLimits } from '../../../functions/core/rate-limit.ts';
import { functionSettings, readFunctionSettings } from '../../../functions/core/settings.ts';

describe('without any variable', () => {
  it('every setting has its default', () => {
    expect(readFunctionSettings({})).toEqual({
      rateLimits: defaultRateLimits,
      stageDeadlineSeconds: {
        ingest: 3600,
        enrich: 300,
        generate: 14_400,
        validate: 1800,
        test: 3600,
        deploy: 3600,
        monitor: 1800,
        learn: 600,
      },
      monitorSeconds: 60,
      upstreamTimeoutMs: 10_000,
      probeIntervalSeconds: 15,
      probeTimeoutMs: 4000,
      probeSlowMs: 2000,
      scrapeIntervalSeconds: 60,
      restartTimeoutSeconds: 120,
      knowledgeSourceDeadlineSeconds: 3600,
      dockerHost: 'unix:///var/run/docker.sock',
      webhookAllow: [],
      webhookRetryDelays: [5, 300, 1800, 7200, 18_000, 36_000, 36_000],
      publicProbes: false,
      logLevel: 'INFO',
    });
  });

  it('an empty variable counts as unset', () => {
    const empty = Object.fromEntries(Object.keys(functionSettings.shape).map((name) => [name, '']));
    expect(readFunctionSettings(empty)).toEqual(readFunctionSettings({}));
  });

  it('variables of others are left alone', () => {
    expect(readFunctionSettings({ PATH: '/bin', HOME: undefined })).toEqual(readFunctionSettings({}));
  });
});

describe('with variables', () => {
  it('rate limits are replaced by category and keep their window', () => {
    const { rateLimits } = readFunctionSettings({ RATE_LIMITS: ' read = 1000 , webhook_registration=5,' });
    expect(rateLimits).toEqual({
      ...defaultRateLimits,
      read: { limit: 1000, windowSeconds: 60 },
      webhook_registration: { limit: 5, windowSeconds: 3600 },
    });
  });

  it('stage deadlines are replaced by stage', () => {
    const { stageDeadlineSeconds } = readFunctionSettings({ STAGE_DEADLINES: 'generate=7200,test=1' });
    expect(stageDeadlineSeconds).toMatchObject({ generate: 7200, test: 1, ingest: 3600 });
  });

  it('the other settings are read', () => {
    const settings = readFunctionSettings({
      MONITOR_SECONDS: '0',
      UPSTREAM_TIMEOUT_SECONDS: '20',
      WEBHOOK_ALLOW: '10.1.0.0/16, fd00::1,127.0.0.1,Hooks.Corp.example',
      PUBLIC_PROBES: 'true',
      LOG_LEVEL: 'DEBUG',
    });
    expect(settings).toMatchObject({
      monitorSeconds: 0,
      upstreamTimeoutMs: 20_000,
      webhookAllow: [
        { network: '10.1.0.0', bits: 16 },
        { network: 'fd00::1', bits: 128 },
        { network: '127.0.0.1', bits: 32 },
        { host: 'hooks.corp.example' },
      ],
      publicProbes: true,
      logLevel: 'DEBUG',
    });
  });
});

describe('WEBHOOK_RETRY_DELAYS', () => {
  it.each([
    ['30', [30]],
    [' 5, 60 ,36000', [5, 60, 36_000]],
    ['0', [0]],
    [Array(20).fill('1').join(','), Array(20).fill(1)],
  ])('%j is as many delays, in seconds', (text, delays) => {
    expect(readFunctionSettings({ WEBHOOK_RETRY_DELAYS: text }).webhookRetryDelays).toEqual(delays);
  });

  it.each([
    ...['soon', '5;60', '5 60', '5s', '', '1.5', '1e3', '0x10', 'Infinity', '-5', '36001', '9'.repeat(20)].map(
      (wrong) => [`60, ${wrong},1`, `"${wrong}" is not a whole number of seconds from 0 to 36000`],
    ),
    ['60,', '"" is not a whole number of seconds from 0 to 36000'],
    [' ', '"" is not a whole number of seconds from 0 to 36000'],
    [Array(21).fill('1').join(','), 'must not have more than 20 delays'],
  ])('%j is refused, and says why', (text, why) => {
    expect(() => readFunctionSettings({ WEBHOOK_RETRY_DELAYS: text })).toThrow(
      new Error(`The settings are not valid:\n  WEBHOOK_RETRY_DELAYS: ${why}`),
    );
  });

  it('names each delay that is wrong', () => {
    expect(() => readFunctionSettings({ WEBHOOK_RETRY_DELAYS: '5,x,6,36001' })).toThrow(
      /"x" is not .*\n.*"36001" is not/,
    );
  });
});

describe('a variable that is wrong is named', () => {
  it.each([
    ['RATE_LIMITS', 'read'],
    ['RATE_LIMITS', 'read=0'],
    ['RATE_LIMITS', 'read=-5'],
    ['RATE_LIMITS', 'read=many'],
    ['RATE_LIMITS', 'reads=5'],
    ['RATE_LIMITS', '__proto__=5'],
    ['RATE_LIMITS', 'read=5;write=6'],
    ['RATE_LIMITS', 'read=5,read=6'],
    ['RATE_LIMITS', 'read=5, read = 5'],
    ['STAGE_DEADLINES', 'test=5,ingest=6,test=7'],
    ['STAGE_DEADLINES', 'compile=5'],
    ['STAGE_DEADLINES', 'test=1.5'],
    ['MONITOR_SECONDS', '-1'],
    ['MONITOR_SECONDS', '3601'],
    ['MONITOR_SECONDS', 'soon'],
    ['MONITOR_SECONDS', '0x10'],
    ['MONITOR_SECONDS', '1e1'],
    ['MONITOR_SECONDS', ' 5'],
    ['PROBE_INTERVAL_SECONDS', '1e1'],
    ['UPSTREAM_TIMEOUT_SECONDS', '0'],
    ['UPSTREAM_TIMEOUT_SECONDS', '21'],
    ['PROBE_INTERVAL_SECONDS', '7'],
    ['PROBE_INTERVAL_SECONDS', '0'],
    ['PROBE_INTERVAL_SECONDS', '120'],
    ['SCRAPE_INTERVAL_SECONDS', '7'],
    ['SCRAPE_INTERVAL_SECONDS', '120'],
    ['PROBE_TIMEOUT_MS', '49'],
    ['PROBE_TIMEOUT_MS', '15000'],
    ['PROBE_SLOW_MS', '9'],
    ['PROBE_SLOW_MS', '4000'],
    ['KNOWLEDGE_SOURCE_DEADLINE_SECONDS', '4'],
    ['KNOWLEDGE_SOURCE_DEADLINE_SECONDS', '21601'],
    ['RESTART_TIMEOUT_SECONDS', '4'],
    ['RESTART_TIMEOUT_SECONDS', '901'],
    ['DOCKER_HOST', 'docker.example.com'],
    ['DOCKER_HOST', 'tcp://user:secret@docker.example.com:2376'],
    ['WEBHOOK_ALLOW', '10.0.0.0/33'],
    ['WEBHOOK_ALLOW', '169.254.169.254'],
    ['WEBHOOK_ALLOW', '*.example.com'],
    ['WEBHOOK_ALLOW', 'foo_bar!'],
    ['PUBLIC_PROBES', 'yes'],
    ['PUBLIC_PROBES', 'TRUE'],
    ['LOG_LEVEL', 'info'],
  ])('%s=%s', (name, value) => {
    expect(() => readFunctionSettings({ [name]: value })).toThrow(
      new RegExp(`^The settings are not valid:\\n {2}${name}: `),
    );
  });

  it.each([
    [{ MONITOR_SECONDS: '1800' }, 1800],
    [{ MONITOR_SECONDS: '61', STAGE_DEADLINES: 'monitor=61' }, 61],
    [{ STAGE_DEADLINES: 'monitor=60' }, 60],
  ])('%j leaves the monitor stage no time to end, so MONITOR_SECONDS is refused', (environment, deadline) => {
    expect(() => readFunctionSettings(environment)).toThrow(
      `The settings are not valid:\n  MONITOR_SECONDS: must be less than the deadline of the monitor stage, ${deadline} seconds`,
    );
  });

  it('but one second less than the deadline of the monitor stage is taken', () => {
    const environment = { MONITOR_SECONDS: '60', STAGE_DEADLINES: 'monitor=61' };
    expect(readFunctionSettings(environment).monitorSeconds).toBe(60);
  });

  it('is named with every other that contradicts another, and with those that are wrong by themselves', () => {
    const environment = {
      LOG_LEVEL: 'LOUD',
      MONITOR_SECONDS: '1800',
      PROBE_INTERVAL_SECONDS: '5',
      PROBE_TIMEOUT_MS: '5000',
      PROBE_SLOW_MS: '6000',
    };
    expect(() => readFunctionSettings(environment)).toThrow(
      /LOG_LEVEL: .*\n {2}MONITOR_SECONDS: .*\n {2}PROBE_TIMEOUT_MS: .*5000 ms\n {2}PROBE_SLOW_MS: .*5000 ms$/,
    );
  });

  it('is named once: what contradicts it is for later', () => {
    const environment = { PROBE_INTERVAL_SECONDS: '7', PROBE_TIMEOUT_MS: '20000', STAGE_DEADLINES: 'monitor=x' };
    const act = () => readFunctionSettings({ ...environment, MONITOR_SECONDS: '3600' });
    expect(act).toThrow(/^The settings are not valid:\n {2}STAGE_DEADLINES: .*\n {2}PROBE_INTERVAL_SECONDS: .*$/);
  });

  it.each([
    [{ PROBE_INTERVAL_SECONDS: '1' }, [800, 400]],
    [{ PROBE_INTERVAL_SECONDS: '5' }, [4000, 2000]],
    [{ PROBE_TIMEOUT_MS: '14999' }, [14_999, 2000]],
    [{ PROBE_TIMEOUT_MS: '50' }, [50, 25]],
  ])(
    'with %j a probe ends before the next begins, and is slow before it is given up',
    (environment, [timeout, slow]) => {
      expect(readFunctionSettings(environment)).toMatchObject({ probeTimeoutMs: timeout, probeSlowMs: slow });
    },
  );

  it('and every other wrong one with it', () => {
    const environment = { MONITOR_SECONDS: 'soon', LOG_LEVEL: 'LOUD', PUBLIC_PROBES: 'maybe', RATE_LIMITS: 'read=5' };
    const act = () => readFunctionSettings(environment);
    for (const name of ['MONITOR_SECONDS', 'LOG_LEVEL', 'PUBLIC_PROBES']) expect(act).toThrow(name);
    expect(act).not.toThrow('RATE_LIMITS');
  });
});

it('every setting has a description, from which its documentation is made', () => {
  for (const [name, schema] of Object.entries(functionSettings.shape)) expect(schema.description, name).toBeTruthy();
});
