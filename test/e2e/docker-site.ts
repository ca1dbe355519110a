import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Service } from '../../platform/catalogue.ts';
import { freePort } from '../../tools/free-port.ts';
import { type DockerHost, network, openDockerHost } from '../docker/docker-host.ts';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';

/** The embedded home before services that are containers of real engines, on two hosts. */
export interface DockerSite {
  /** The host of all services but `elsewhere`. */
  host: DockerHost;
  otherHost: DockerHost;
  site(): EmbeddedSite;
  /** Kills the process of the orchestrator and starts another on the same data. */
  killAndStart(): Promise<void>;
  close(): Promise<void>;
}

/** Services of the first host, each with a container of its own, and what that is made with beyond the usual. */
const services: Record<string, Docker.ContainerCreateOptions> = {
  watched: {},
  restarted: {},
  configured: { Env: ['MODE=first', 'API_KEY=s3cret'], Labels: { 'omni.quantum.component': 'configured' } },
  limited: {},
  refused: {},
  contended: {},
  broken: { Cmd: ['8081'] },
  killed: {},
};

/** The name of a service's container. */
export const containerOf = (service: string) => `omni-${service}`;

export async function openDockerSite(): Promise<DockerSite> {
  const [host, otherHost] = await Promise.all([openDockerHost(), openDockerHost()]);
  const rows: Service[] = [];
  for (const [name, options] of Object.entries(services)) rows.push(await addService(host, name, options));
  rows.push({ ...(await addService(otherHost, 'elsewhere', {})), docker_host: otherHost.host });
  rows.push(rowOf('missing', 1));
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  const catalogueFile = join(folder, 'catalogue.json');
  writeFileSync(catalogueFile, JSON.stringify({ services: rows }));
  const settings = { ORCHESTRATOR_CATALOGUE: catalogueFile, DOCKER_HOST: host.host, PROBE_INTERVAL_SECONDS: '1' };
  let site = await startEmbeddedSite({ settings });
  return {
    host,
    otherHost,
    site: () => site,
    async killAndStart() {
      site = await site.killed();
    },
    async close() {
      await site.close();
      await Promise.all([host.close(), otherHost.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

async function addService(host: DockerHost, name: string, options: Docker.ContainerCreateOptions): Promise<Service> {
  const port = await freePort();
  await host.newContainer({
    ...options,
    name: containerOf(name),
    HostConfig: {
      NetworkMode: network,
      RestartPolicy: { Name: 'unless-stopped' },
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
  });
  return rowOf(name, port);
}

function rowOf(name: string, port: number): Service {
  const url = `http://127.0.0.1:${port}`;
  const common = { tier: 'Core', critical: false, depends_on: [], probe: '/health' };
  return { name, container: containerOf(name), port: 8080, url, ...common };
}
