import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import type { ContainerInspectInfo, EndpointSettings } from 'dockerode';

/** The container of this name as the engine shows it. Throws where there is none. */
export function inspectContainer(docker: Docker, name: string): Promise<ContainerInspectInfo> {
  return docker.getContainer(name).inspect();
}

/** Every container of the service's, running or not, as `name state`: those that a change left aside have longer names. */
export async function containersOf(docker: Docker, name: string): Promise<string[]> {
  const all = await docker.listContainers({ all: true });
  return all
    .flatMap(({ Names, State }) => Names.map((each) => `${each.slice(1)} ${State}`))
    .filter((each) => each.startsWith(name))
    .sort();
}

/** A file of a running container, as text. */
export async function readInContainer(docker: Docker, name: string, path: string): Promise<string> {
  const command = { Cmd: ['/bin/busybox', 'cat', path], AttachStdout: true, AttachStderr: true };
  const exec = await docker.getContainer(name).exec(command);
  const stream = await exec.start({});
  const output = new PassThrough();
  docker.modem.demuxStream(stream, output, process.stderr);
  stream.once('end', () => output.end());
  return text(output);
}

/**
 * What somebody chose when the container was made: all that inspection shows but for what identifies this one container,
 * what its state is, and what the engine assigned to it.
 */
export function chosenOf({ Config, HostConfig, Mounts, NetworkSettings, Path, Args, Image, Name, Id }: Facts) {
  const endpoints: Record<string, EndpointSettings> = NetworkSettings.Networks;
  const networks = Object.entries(endpoints).map(([name, { Aliases, IPAMConfig, Links, DriverOpts }]) => [
    name,
    { Aliases: (Aliases ?? []).filter((alias) => !Id.startsWith(alias)), IPAMConfig, Links, DriverOpts },
  ]);
  const { Hostname, ...config } = Config;
  return {
    Name,
    Image,
    Path,
    Args,
    Config: { ...config, Hostname: Id.startsWith(Hostname) ? 'from the id' : Hostname },
    HostConfig,
    Mounts: Mounts.toSorted((one, other) => one.Destination.localeCompare(other.Destination)),
    Ports: NetworkSettings.Ports,
    Networks: Object.fromEntries(networks),
  };
}

type Facts = ContainerInspectInfo & { Path?: string; Args?: string[] };
