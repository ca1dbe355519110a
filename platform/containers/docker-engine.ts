import type Docker from 'dockerode';
import type { Secrets } from '../../backend/backend.ts';
import { type ContainerEngine, ContainerRefused } from './container-engine.ts';
import { dockerClient } from './docker-client.ts';
import { containerFailure, statusOf } from './docker-failure.ts';
import { usageOf } from './docker-usage.ts';

/** Longer than an engine takes for what it looks up or notes; two such answers fit into a request for a service. In ms. */
const callMs = 4_000;

/** Making a container copies its image's settings, and with slow storage more; starting it sets up its network. In ms. */
const makingMs = 30_000;

/**
 * Stopping waits for the container's own grace, 10 seconds unless its image says otherwise, before it is killed. A grace
 * that is longer than this is not waited for; in ms.
 */
const stoppingMs = 45_000;

/** The engine at this address, over the Docker Engine API from version 1.41 (Docker 20.10) on. */
export function createDockerEngine(host: string, { secrets }: { secrets: Secrets }): ContainerEngine {
  const client = dockerClient(host, secrets);

  /** One call with a time limit. `action` completes "The container host … could not …". */
  async function ask<T>(action: string, run: Ask<T>, timeoutMs = callMs): Promise<T> {
    try {
      return await run(await client(), AbortSignal.timeout(timeoutMs));
    } catch (error) {
      throw containerFailure(error, { host, action, timeoutMs });
    }
  }

  return {
    host,
    inspect: (name) =>
      ask(`inspect the container ${name}`, async (docker, abortSignal) => {
        const found = await docker.getContainer(name).inspect({ abortSignal }).catch(undefinedFor(404));
        if (found !== undefined && typeof found.Id !== 'string')
          throw new ContainerRefused(`The container host ${host} answered with something other than a container`, host);
        return found;
      }),
    usage: async (name) =>
      usageOf(
        await ask(`measure the container ${name}`, (docker, abortSignal) =>
          docker.getContainer(name).stats(untyped({ stream: false as const, abortSignal })),
        ),
      ),
    async create(name, { options, imageId, networks }) {
      const { id } = await ask(
        `create the container ${name}`,
        async (docker, abortSignal) => {
          const Image = await nameOfImage(docker, { name: options.Image, id: imageId }, abortSignal);
          return docker.createContainer(createCall(name, { ...options, Image }, abortSignal));
        },
        makingMs,
      );
      for (const [network, EndpointConfig] of Object.entries(networks)) {
        await ask(`connect the container ${name} to the network ${network}`, (docker, abortSignal) =>
          docker.getNetwork(network).connect(untyped({ Container: id, EndpointConfig, abortSignal })),
        );
      }
      return id;
    },
    async start(name) {
      const start: Ask<unknown> = (docker, abortSignal) =>
        docker.getContainer(name).start({ abortSignal }).catch(undefinedFor(304));
      await ask(`start the container ${name}`, start, makingMs);
    },
    async stop(name) {
      const stop: Ask<unknown> = (docker, abortSignal) =>
        docker.getContainer(name).stop({ abortSignal }).catch(undefinedFor(304, 404));
      await ask(`stop the container ${name}`, stop, stoppingMs);
    },
    async restart(name) {
      const restart: Ask<unknown> = (docker, abortSignal) => docker.getContainer(name).restart({ abortSignal });
      await ask(`restart the container ${name}`, restart, stoppingMs);
    },
    async rename(name, to) {
      await ask(`rename the container ${name} to ${to}`, (docker, abortSignal) =>
        docker.getContainer(name).rename({ name: to, abortSignal }),
      );
    },
    async update(name, limits) {
      await ask(`update the container ${name}`, (docker, abortSignal) =>
        docker.getContainer(name).update({ ...limits, abortSignal }),
      );
    },
    async remove(name) {
      await ask(`remove the container ${name}`, (docker, abortSignal) =>
        docker.getContainer(name).remove({ v: false, abortSignal }).catch(undefinedFor(404)),
      );
    },
  };
}

type Ask<T> = (docker: Docker, abortSignal: AbortSignal) => Promise<T>;

/** For a call that has nothing to do when the engine answers with one of these. */
function undefinedFor(...statuses: number[]) {
  return (error: unknown): undefined => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  };
}

/** The image's name, unless that means another image by now, as after a pull, or none. */
async function nameOfImage(
  docker: Docker,
  { name, id }: { name: string | undefined; id: string },
  abortSignal: AbortSignal,
): Promise<string> {
  if (name === undefined) return id;
  const found = await docker.getImage(name).inspect(untyped({ abortSignal })).catch(undefinedFor(404));
  return found?.Id === id ? name : id;
}

/** Every call of the library takes an `abortSignal`; its types know that of most. */
function untyped<Options extends { abortSignal: AbortSignal }>(options: Options): Omit<Options, 'abortSignal'> {
  return options;
}

/** Told apart, or else the library writes the whole specification into the query too, where proxies log it. */
function createCall(name: string, options: Docker.ContainerCreateOptions, abortSignal: AbortSignal) {
  return { _query: { name }, _body: options, abortSignal } as Docker.ContainerCreateOptions;
}
