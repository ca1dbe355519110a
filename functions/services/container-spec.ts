import type { ContainerCreateOptions, ContainerInspectInfo, EndpointSettings, MountSettings } from 'dockerode';
import type { ContainerLimits, ContainerSpec, RestartPolicy } from '../../platform/containers/container-engine.ts';
import { nameOfLine } from '../config/contract.ts';

/** What is to be different in the container that replaces another. */
export interface Replacement {
  /** Variables to set, or with null to remove. */
  environment: Record<string, string | null>;
  /** Limits to set; 0 removes one. */
  limits: ContainerLimits;
  restartPolicy: RestartPolicy;
}

/** The specification of a container like this one but for what is given: what it was made of, not what the engine added. */
export function replacementSpec(inspect: ContainerInspectInfo, replacement: Replacement): ContainerSpec {
  const { Config, HostConfig, Id, NetworkSettings } = inspect;
  const { Image, Env, Hostname: _, ExposedPorts: __, ...config } = Config;
  const networks = endpoints(NetworkSettings.Networks, Id);
  const first = HostConfig.NetworkMode && HostConfig.NetworkMode in networks ? HostConfig.NetworkMode : undefined;
  const { [first ?? '']: own, ...others } = networks;
  return {
    imageId: inspect.Image,
    options: {
      ...config,
      ...chosenNames(inspect),
      Image,
      /** Null is an entry point that was taken away; left out, that of the image would come back. */
      Entrypoint: config.Entrypoint ?? [''],
      Env: environmentLines(Env, replacement.environment),
      HostConfig: {
        ...HostConfig,
        ...replacement.limits,
        ...(replacement.limits.NanoCpus === undefined ? {} : { CpuPeriod: 0, CpuQuota: 0 }),
        ...volumesOf(inspect),
        RestartPolicy: replacement.restartPolicy,
      },
      ...(first && own ? { NetworkingConfig: { EndpointsConfig: { [first]: own } } } : {}),
    },
    networks: others,
  };
}

/**
 * Not the host name where nobody chose it: the engine takes it from the container's id, from the host, or from the
 * container whose network is shared. In the last case it refuses exposed ports too, which the image brings anyway.
 */
function chosenNames({ Id, Config, HostConfig }: ContainerInspectInfo): ContainerCreateOptions {
  const { Hostname, ExposedPorts } = Config;
  if (HostConfig.NetworkMode?.startsWith('container:')) return {};
  const isGiven = HostConfig.UTSMode === 'host' || Hostname === shortId(Id);
  return { ...(ExposedPorts && { ExposedPorts }), ...(isGiven ? {} : { Hostname }) };
}

/** A variable without `=` is one that the engine takes away, also where it comes from the image. */
function environmentLines(present: string[] | null, changes: Record<string, string | null>): string[] {
  const kept = (present ?? []).filter((line) => !Object.hasOwn(changes, nameOfLine(line)));
  return [...kept, ...Object.entries(changes).map(([name, value]) => (value === null ? name : `${name}=${value}`))];
}

/**
 * The container's binds and mounts, each volume by its name, also those that the engine made and named: that is what
 * carries their content over.
 */
function volumesOf({ HostConfig, Mounts }: ContainerInspectInfo): { Binds: string[]; Mounts?: MountSettings[] } {
  const binds = (HostConfig.Binds ?? []).filter((bind) => bind.includes(':'));
  const mounts = HostConfig.Mounts;
  const targets = [...binds.map((bind) => bind.split(':')[1] ?? ''), ...(mounts ?? []).map(({ Target }) => Target)];
  const covered = new Set(targets.map(withoutSlash));
  const anonymous = Mounts.filter(
    ({ Type, Name, Destination }) => Type === 'volume' && Name && !covered.has(withoutSlash(Destination)),
  );
  const nameAt = (target: string) =>
    Mounts.find(({ Destination }) => withoutSlash(Destination) === withoutSlash(target))?.Name ?? '';
  const named = (mount: MountSettings) =>
    mount.Type === 'volume' && !mount.Source ? { ...mount, Source: nameAt(mount.Target) } : mount;
  return {
    Binds: [...binds, ...anonymous.map(({ Name, Destination, RW }) => `${Name}:${Destination}${RW ? '' : ':ro'}`)],
    ...(mounts && { Mounts: mounts.map(named) }),
  };
}

/** A path as the engine compares it. A bind of a path alone is an unnamed volume. */
function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}

/** What the engine names a container's host by, and gives it as alias, where nobody chose a name. */
function shortId(id: string): string {
  return id.slice(0, 12);
}

/** The engine's own networks take no aliases, and a container joins them by its network mode alone. */
const builtIn = new Set(['bridge', 'host', 'none', 'default']);

/** What users asked of each network; the rest, such as addresses that the engine chose, it chooses again. */
function endpoints(
  networks: Record<string, EndpointSettings> | undefined,
  id: string,
): Record<string, EndpointSettings> {
  const own = Object.entries(networks ?? {}).filter(([name]) => !builtIn.has(name));
  return Object.fromEntries(
    own.map(([name, { Aliases, IPAMConfig, Links, DriverOpts }]) => [
      name,
      {
        Aliases: (Aliases ?? []).filter((alias) => alias !== shortId(id)),
        ...(IPAMConfig ? { IPAMConfig } : {}),
        ...(Links ? { Links } : {}),
        ...(DriverOpts ? { DriverOpts } : {}),
      } as EndpointSettings,
    ]),
  );
}
