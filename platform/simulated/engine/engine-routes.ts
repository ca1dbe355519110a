import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { jsonOf, type Received } from '../json-server.ts';
import type { Reply } from '../stand-in.ts';
import { imageId, type SimulatedContainer, type SimulatedContainers } from './containers.ts';
import { EngineRefusal } from './engine-refusal.ts';
import { inspectView, listView, statsView } from './engine-views.ts';

/** What a route of the engine is given. */
export interface EngineCall {
  received: Received;
  params: Record<string, string | undefined>;
  containers: SimulatedContainers;
  nowMs: number;
}

export type EngineRoute = (call: EngineCall) => Reply;

/**
 * The routes of the Docker Engine API 1.41 that managing containers takes, with its statuses and error texts. Nothing is
 * run: a container is a record, and which services listen follows from the records.
 * https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export const engineRoutes: Record<string, EngineRoute> = {
  'GET /_ping': () => ping,
  'HEAD /_ping': () => ping,
  'GET /version': () => ({
    body: { Version: '20.10.24-simulated', ApiVersion: '1.41', MinAPIVersion: '1.12', Os: 'linux', Arch: 'amd64' },
  }),
  'GET /containers/json': ({ containers, received }) => {
    const isAll = /^(1|true)$/i.test(received.query.get('all') ?? '');
    return {
      body: containers
        .list()
        .filter(({ state }) => isAll || state === 'running')
        .map(listView),
    };
  },
  'POST /containers/create': (call) => ({ status: 201, body: { Id: create(call), Warnings: [] } }),
  'GET /containers/:name/json': (call) => ({ body: inspectView(named(call)) }),
  'GET /containers/:name/stats': (call) => ({ body: statsView(named(call), call.nowMs) }),
  'POST /containers/:name/start': (call) => {
    const container = named(call);
    if (container.state === 'running') return { status: 304 };
    call.containers.save(started(container, call.nowMs));
    return done;
  },
  'POST /containers/:name/stop': stop,
  'POST /containers/:name/kill': stop,
  'POST /containers/:name/restart': (call) => {
    call.containers.save(started(named(call), call.nowMs));
    return done;
  },
  'POST /containers/:name/rename': (call) => {
    const container = named(call);
    const name = call.received.query.get('name') ?? '';
    refuseName(call, name);
    call.containers.save({ ...container, name });
    return done;
  },
  'POST /containers/:name/update': (call) => {
    const container = named(call);
    const changes = Object.entries(bodyOf(anyObject, call)).filter(([, value]) => value !== 0);
    const hostConfig = { ...container.hostConfig, ...Object.fromEntries(changes) };
    refuseLimits(hostConfig);
    call.containers.save({ ...container, hostConfig });
    return { body: { Warnings: [] } };
  },
  'DELETE /containers/:name': (call) => {
    const { id, state, name } = named(call);
    const isForced = /^(1|true)$/i.test(call.received.query.get('force') ?? '');
    if (state === 'running' && !isForced)
      throw new EngineRefusal(
        409,
        `You cannot remove a running container ${name}. Stop the container before attempting removal or force remove`,
      );
    call.containers.remove(id);
    return done;
  },
  'GET /images/:image/json': ({ params, containers }) => {
    const image = decodeURIComponent(params['image'] ?? '');
    if (!containers.list().some((container) => container.image === image || imageId(container.image) === image))
      throw new EngineRefusal(404, `No such image: ${image}`);
    return { body: { Id: image.startsWith('sha256:') ? image : imageId(image), RepoTags: [image] } };
  },
  'POST /networks/:network/connect': (call) => {
    const { Container, EndpointConfig } = bodyOf(connection, call);
    const container = found(call.containers, Container);
    const networks = { ...container.networks, [call.params['network'] ?? '']: EndpointConfig ?? {} };
    call.containers.save({ ...container, networks });
    return { status: 200 };
  },
};

const ping: Reply = { body: 'OK', headers: { 'api-version': '1.41', 'docker-experimental': 'false', ostype: 'linux' } };
const done: Reply = { status: 204 };

const anyObject = z.record(z.string(), z.unknown());
const connection = z.object({ Container: z.string(), EndpointConfig: anyObject.optional() });
const creation = z.looseObject({
  Image: z.string().min(1),
  Env: z.array(z.string()).default([]),
  Labels: z.record(z.string(), z.string()).nullish(),
  HostConfig: anyObject.default({}),
  NetworkingConfig: z.object({ EndpointsConfig: z.record(z.string(), anyObject).default({}) }).optional(),
});

function stop(call: EngineCall): Reply {
  const container = named(call);
  if (container.state !== 'running') return { status: 304 };
  call.containers.save({ ...container, state: 'exited', finishedMs: call.nowMs });
  return done;
}

/** A start has a time of its own, as it has on a real engine, which counts nanoseconds. */
function started(container: SimulatedContainer, nowMs: number): SimulatedContainer {
  return { ...container, state: 'running', startedMs: Math.max(nowMs, (container.startedMs ?? 0) + 1) };
}

function create(call: EngineCall): string {
  const { Image, Env, Labels, HostConfig, NetworkingConfig, ...config } = bodyOf(creation, call);
  const name = call.received.query.get('name') ?? `simulated-${randomBytes(4).toString('hex')}`;
  refuseName(call, name);
  refuseLimits(HostConfig);
  const image = imageNamed(Image, call.containers);
  const id = randomBytes(32).toString('hex');
  call.containers.save({
    id,
    name,
    image,
    createdMs: call.nowMs,
    config: { ...config, Env, Labels: Labels ?? {} },
    hostConfig: HostConfig,
    networks: NetworkingConfig?.EndpointsConfig ?? { [String(HostConfig['NetworkMode'] ?? 'bridge')]: {} },
    state: 'created',
    startedMs: null,
    finishedMs: null,
    restarts: 0,
  });
  return id;
}

/** The host has the images of the containers that it has. */
function imageNamed(reference: string, containers: SimulatedContainers): string {
  const known = containers.list().map(({ image }) => image);
  const image = known.find((name) => name === reference || imageId(name) === reference);
  if (!image) throw new EngineRefusal(404, `No such image: ${reference}`);
  return image;
}

function named({ params, containers }: EngineCall): SimulatedContainer {
  return found(containers, params['name'] ?? '');
}

function found(containers: SimulatedContainers, name: string): SimulatedContainer {
  const container = containers.find(name);
  if (!container) throw new EngineRefusal(404, `No such container: ${name}`);
  return container;
}

function refuseName({ containers }: EngineCall, name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name))
    throw new EngineRefusal(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  const holder = containers.list().find((container) => container.name === name);
  if (holder)
    throw new EngineRefusal(
      409,
      `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
}

/** The engine takes no less memory than this. */
const memoryMin = 6 * 1024 ** 2;

function refuseLimits(hostConfig: Record<string, unknown>): void {
  const memory = Number(hostConfig['Memory'] ?? 0);
  if (memory > 0 && memory < memoryMin) throw new EngineRefusal(400, 'Minimum memory limit allowed is 6MB');
}

function bodyOf<Body>(schema: z.ZodType<Body>, { received }: EngineCall): Body {
  const parsed = schema.safeParse(jsonOf(received) ?? {});
  if (!parsed.success) throw new EngineRefusal(400, z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return parsed.data;
}
