import type { Secrets } from '../../backend/backend.ts';
import type { Catalogue } from '../catalogue.ts';
import type { ContainerEngine, ContainerHosts } from './container-engine.ts';
import { createDockerEngine } from './docker-engine.ts';

interface ContainerHostsOptions {
  catalogue: Catalogue;
  /** The engine of services whose row names none. */
  dockerHost: string;
  secrets: Secrets;
}

/** The engine of each service's container host: one for each address, made when it is first asked for. */
export function createContainerHosts({ catalogue, dockerHost, secrets }: ContainerHostsOptions): ContainerHosts {
  const hosts = new Map(catalogue.services.map((service) => [service.name, service.docker_host ?? dockerHost]));
  const engines = new Map<string, ContainerEngine>();
  return {
    engineOf(service) {
      const host = hosts.get(service) ?? dockerHost;
      const engine = engines.get(host) ?? createDockerEngine(host, { secrets });
      engines.set(host, engine);
      return engine;
    },
  };
}
