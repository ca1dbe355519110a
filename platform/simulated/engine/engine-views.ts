import { imageId, type SimulatedContainer } from './containers.ts';

/** A container as `GET /containers/{id}/json` shows it. */
export function inspectView(container: SimulatedContainer) {
  const { id, name, image, createdMs, config, hostConfig, networks, state, startedMs, finishedMs, restarts } =
    container;
  return {
    Id: id,
    Name: `/${name}`,
    Created: engineTime(createdMs),
    Image: imageId(image),
    RestartCount: restarts,
    State: {
      Status: state,
      Running: state === 'running',
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: state === 'running' ? 1 : 0,
      ExitCode: 0,
      Error: '',
      StartedAt: engineTime(startedMs),
      FinishedAt: engineTime(finishedMs),
    },
    Config: { Hostname: id.slice(0, 12), ...config, Image: image },
    HostConfig: hostConfig,
    NetworkSettings: {
      Networks: Object.fromEntries(
        Object.entries(networks).map(([network, endpoint]) => [
          network,
          { ...endpoint, Aliases: [...(endpoint.Aliases ?? []), id.slice(0, 12)] },
        ]),
      ),
    },
    Mounts: mounts(hostConfig['Binds']),
  };
}

/** A container as `GET /containers/json` lists it. */
export function listView({ id, name, image, createdMs, config, state, networks }: SimulatedContainer) {
  return {
    Id: id,
    Names: [`/${name}`],
    Image: image,
    ImageID: imageId(image),
    Command: 'serve',
    Created: Math.floor(createdMs / 1000),
    Ports: [],
    Labels: config.Labels,
    State: state,
    Status: state,
    HostConfig: {},
    NetworkSettings: { Networks: networks },
    Mounts: [],
  };
}

/** What `GET /containers/{id}/stats?stream=false` tells: plausible figures, made from the container's id and the time. */
export function statsView({ id, name, hostConfig, state }: SimulatedContainer, nowMs: number) {
  if (state !== 'running') return { id, name: `/${name}`, memory_stats: {}, cpu_stats: {}, precpu_stats: {} };
  const share = Number.parseInt(id.slice(0, 4), 16) / 0xffff;
  const usage = Math.round((40 + 400 * share) * 1024 ** 2);
  const systemNs = nowMs * 1_000_000;
  const sample = (atNs: number) => ({
    cpu_usage: { total_usage: Math.round(atNs * share * 0.05) },
    system_cpu_usage: atNs * 2,
    online_cpus: 2,
  });
  return {
    id,
    name: `/${name}`,
    memory_stats: { usage, limit: Number(hostConfig['Memory']) || 8 * 1024 ** 3, stats: { inactive_file: 0 } },
    cpu_stats: sample(systemNs),
    precpu_stats: sample(systemNs - 1e9),
  };
}

/** Times as the engine writes them; what has not happened is the year 1. */
function engineTime(ms: number | null): string {
  return ms === null ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString().replace('Z', '000000Z');
}

function mounts(binds: unknown) {
  const lines = Array.isArray(binds) ? binds.map(String) : [];
  return lines.map((line) => {
    const [Name = '', Destination = '', mode] = line.split(':');
    return { Type: 'volume', Name, Destination, RW: mode !== 'ro' };
  });
}
