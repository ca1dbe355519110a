import type { ContainerInspectInfo } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { replacementSpec } from '../../../functions/services/container-spec.ts';

const id = 'db5a0c1d2e3f'.padEnd(64, '0');
const noChange = { environment: {}, limits: {}, restartPolicy: { Name: 'always' } };

interface Parts {
  Config?: object;
  HostConfig?: object;
  Mounts?: object[];
  Networks?: Record<string, object>;
}

function inspect({ Config, HostConfig, Mounts = [], Networks = {} }: Parts = {}): ContainerInspectInfo {
  return {
    Id: id,
    Image: 'sha256:image',
    Config: { Hostname: id.slice(0, 12), Image: 'service:1', Env: [], Entrypoint: ['serve'], ...Config },
    HostConfig: { NetworkMode: 'platform', ...HostConfig },
    Mounts,
    NetworkSettings: { Networks },
  } as unknown as ContainerInspectInfo;
}

const optionsOf = (parts: Parts) => replacementSpec(inspect(parts), noChange).options;

const volume = (Name: string, Destination: string, RW = true) => ({ Type: 'volume', Name, Destination, RW });

describe('names', () => {
  it('of the engine are not kept, and chosen ones are, also where they begin like the id', () => {
    const Aliases = ['db', id.slice(0, 12), 'service'];
    const spec = replacementSpec(
      inspect({ Config: { Hostname: 'db' }, Networks: { platform: { Aliases } } }),
      noChange,
    );
    expect(spec.options.Hostname).toBe('db');
    expect(spec.options.NetworkingConfig?.EndpointsConfig?.['platform']?.Aliases).toEqual(['db', 'service']);
    expect(optionsOf({})).not.toHaveProperty('Hostname');
  });

  it("and ports are left out where another container's network is shared, since engines refuse them", () => {
    const parts = { Config: { ExposedPorts: { '80/tcp': {} } }, HostConfig: { NetworkMode: 'container:abc' } };
    expect(optionsOf(parts)).not.toHaveProperty('ExposedPorts');
    expect(optionsOf(parts)).not.toHaveProperty('Hostname');
  });
});

it('an entry point that was taken away stays away', () => {
  expect(optionsOf({ Config: { Entrypoint: null } }).Entrypoint).toEqual(['']);
  expect(optionsOf({}).Entrypoint).toEqual(['serve']);
});

describe('each volume is bound by its name, once', () => {
  it.each([
    ['an unnamed one', { Mounts: [volume('a1', '/data')] }, ['a1:/data']],
    ['one that is read only', { Mounts: [volume('a1', '/data', false)] }, ['a1:/data:ro']],
    ['a bind of a path alone', { Mounts: [volume('a1', '/data')], HostConfig: { Binds: ['/data'] } }, ['a1:/data']],
    ['a bind with a slash', { Mounts: [volume('v', '/data')], HostConfig: { Binds: ['v:/data/'] } }, ['v:/data/']],
    ['a bound folder', { Mounts: [{ Type: 'bind', Destination: '/x' }], HostConfig: { Binds: ['/y:/x'] } }, ['/y:/x']],
  ])('%s', (_, parts, binds) => {
    expect(optionsOf(parts).HostConfig?.Binds).toEqual(binds);
  });

  it.each(['/data', '/data/'])('a mount without a name at %s', (Target) => {
    const { HostConfig } = optionsOf({
      Mounts: [volume('a1', '/data')],
      HostConfig: { Mounts: [{ Type: 'volume', Target }] },
    });
    expect([HostConfig?.Binds, HostConfig?.Mounts]).toEqual([[], [{ Type: 'volume', Target, Source: 'a1' }]]);
  });
});

it('networks beyond the first are named apart, those of the engine itself are not asked for', () => {
  const Networks = { platform: { Aliases: null }, other: { Aliases: null, IPAMConfig: { IPv4Address: '10.0.0.9' } } };
  const { options, networks } = replacementSpec(inspect({ Networks }), noChange);
  expect(Object.keys(options.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['platform']);
  expect(networks).toEqual({ other: { Aliases: [], IPAMConfig: { IPv4Address: '10.0.0.9' } } });
  const bridge = replacementSpec(
    inspect({ HostConfig: { NetworkMode: 'bridge' }, Networks: { bridge: {} } }),
    noChange,
  );
  expect([bridge.options.NetworkingConfig, bridge.networks]).toEqual([undefined, {}]);
});
