import type { ContainerInspectInfo } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { bytesOfSize, nanoCpusOf } from '../../../functions/config/container-limits.ts';
import { effectiveConfig } from '../../../functions/config/contract.ts';
import { newConfig, withApplied, withApplying, withChange } from '../../../functions/config/service-config.ts';
import { effectiveConfigView, serviceConfigView } from '../../../functions/config/service-config-view.ts';

const inspect = (Env: string[] | undefined, HostConfig: object = {}) =>
  ({ Config: { Env }, HostConfig }) as unknown as ContainerInspectInfo;
const limits = (HostConfig: object) => effectiveConfigView(inspect([], HostConfig)).resources;

it('what is configured, what is pending and what is past is shown with secrets masked', () => {
  const secret = (name: string) => ({ environment: { [name]: 's3cret', MODEL: name }, resources: {} });
  const applied = withApplied(withApplying(withChange(newConfig('x'), secret('A_TOKEN'), 1), 'op_1'), 'op_1', 2);
  const view = serviceConfigView(withChange(applied, secret('B_TOKEN'), 3));
  expect(view.configured.environment).toEqual({ A_TOKEN: '***', MODEL: 'A_TOKEN' });
  expect(view.pending?.environment).toEqual({ B_TOKEN: '***', MODEL: 'B_TOKEN' });
  expect(JSON.stringify(view)).not.toContain('s3cret');
});

describe('the environment of a container is shown', () => {
  it('with secrets masked, also those that its image brings', () => {
    const view = effectiveConfigView(inspect(['PATH=/bin', 'API_KEY=s3cret', 'DB=redis://:s3cret@h', 'OPTIONS=a=b']));
    expect(view.environment).toEqual({ PATH: '/bin', API_KEY: '***', DB: 'redis://:***@h', OPTIONS: 'a=b' });
    expect(effectiveConfig.parse(view)).toEqual(view);
  });

  it('with an empty variable, without one that was taken away, and with none where there is none', () => {
    expect(effectiveConfigView(inspect(['EMPTY=', 'AWAY'])).environment).toEqual({ EMPTY: '' });
    expect(effectiveConfigView(inspect(undefined)).environment).toEqual({});
  });
});

describe('the limits of a container are shown', () => {
  it.each([
    [{ Memory: 4 * 1024 ** 3 }, '4g'],
    [{ Memory: 1536 * 1024 ** 2 }, '1536m'],
    [{ Memory: 6_291_456 + 1024 }, '6145k'],
    [{ Memory: 6_291_457 }, '6291457b'],
    [{ Memory: 0 }, null],
    [{}, null],
  ])('as a size that means the same bytes: %o', (hostConfig, size) => {
    expect(limits(hostConfig).memory_limit).toBe(size);
    if (size !== null) expect(bytesOfSize(size)).toBe(hostConfig.Memory);
  });

  it.each([
    [{ NanoCpus: 2e9 }, '2.0'],
    [{ NanoCpus: 5e8 }, '0.5'],
    [{ NanoCpus: 1.125e9 }, '1.125'],
    [{ NanoCpus: 0 }, null],
    [{ NanoCpus: 0, CpuQuota: 150_000, CpuPeriod: 100_000 }, '1.5'],
    [{ CpuQuota: 50_000 }, '0.5'],
    [{ CpuQuota: -1, CpuPeriod: 100_000 }, null],
    [{}, null],
  ])('as a number of processors: %o', (hostConfig, processors) => {
    expect(limits(hostConfig).cpu_limit).toBe(processors);
    if (processors !== null && 'NanoCpus' in hostConfig && hostConfig.NanoCpus > 0)
      expect(nanoCpusOf(processors)).toBe(hostConfig.NanoCpus);
  });
});
