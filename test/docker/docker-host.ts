import type Docker from 'dockerode';
import { type DockerDaemon, startDockerDaemon } from './docker-daemon.ts';
import { buildServiceImage, serviceImage } from './service-image.ts';

/** A container host with an engine of its own, the image of a small service and a network. */
export interface DockerHost extends DockerDaemon {
  /** Makes and starts a container of the small service; `options` wins over what it has otherwise. Its name. */
  newContainer(options?: Docker.ContainerCreateOptions): Promise<string>;
}

export const network = 'omni-quantum-network';

export async function openDockerHost(...daemonArguments: string[]): Promise<DockerHost> {
  const daemon = await startDockerDaemon(...daemonArguments);
  await buildServiceImage(daemon.docker);
  await daemon.docker.createNetwork({ Name: network });
  let made = 0;
  return {
    ...daemon,
    async newContainer(options = {}) {
      made += 1;
      const name = options.name ?? `omni-service-${made}`;
      const container = await daemon.docker.createContainer({
        Image: serviceImage,
        ...options,
        name,
        HostConfig: { NetworkMode: network, RestartPolicy: { Name: 'unless-stopped' }, ...options.HostConfig },
      });
      await container.start();
      return name;
    },
  };
}
