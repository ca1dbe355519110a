import type { ContainerCreateOptions, ContainerInspectInfo, EndpointSettings } from 'dockerode';

/**
 * What the orchestrator asks of one container host's engine, by container name. Each call has a time limit of its own and
 * throws a {@link ContainerError}, and for what is the engine's fault nothing else.
 */
export interface ContainerEngine {
  /** The address of the engine, as the catalogue or the settings name it. */
  host: string;
  /** The container of this name, or undefined where there is none. */
  inspect(name: string): Promise<ContainerInspectInfo | undefined>;
  /** What it uses now; null where the engine cannot tell, as of a container that does not run. */
  usage(name: string): Promise<ContainerUsage>;
  /** Makes a container that is not started, and connects it to networks beyond its first. Its id. */
  create(name: string, spec: ContainerSpec): Promise<string>;
  /** Starts it; one that runs stays as it is. */
  start(name: string): Promise<void>;
  /** Stops it, after the grace of its own stop time-out; one that is stopped, and one that is not there, stay as they are. */
  stop(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  rename(name: string, to: string): Promise<void>;
  /** Changes what an engine can change of a container that may be running. */
  update(name: string, changes: ContainerLimits & { RestartPolicy?: RestartPolicy }): Promise<void>;
  /** Removes a stopped container and keeps its volumes; one that is not there is as good as removed. */
  remove(name: string): Promise<void>;
}

export interface ContainerSpec {
  options: ContainerCreateOptions;
  /** The image that the container must run; `options.Image` is its name, as long as that still means this image. */
  imageId: string;
  /** Networks beyond the one in `options`, by name. */
  networks: Record<string, EndpointSettings>;
}

export interface ContainerUsage {
  memoryBytes: number | null;
  /** 100 is one processor. */
  cpuPercent: number | null;
}

export type RestartPolicy = NonNullable<NonNullable<ContainerCreateOptions['HostConfig']>['RestartPolicy']>;

/** As Docker names and counts them: bytes, and billionths of a processor. What is left out, or 0, stays as it is. */
export interface ContainerLimits {
  Memory?: number;
  /** Memory and swap together; -1 is no bound. */
  MemorySwap?: number;
  NanoCpus?: number;
}

/** The engine of each service's container host. Made once for a process; it holds connections, and reads certificates late. */
export interface ContainerHosts {
  engineOf(service: string): ContainerEngine;
}

/**
 * A call to an engine that did not succeed. The message is for operators and callers alike: it names the host and what
 * was tried, and holds no certificate and no environment.
 */
export abstract class ContainerError extends Error {
  readonly host: string;
  constructor(message: string, host: string, cause?: unknown) {
    super(message, { cause });
    this.host = host;
  }
}

/** The host cannot be reached, does not answer in time, or refuses our certificate. Doing it again later may succeed. */
export class ContainerHostUnreachable extends ContainerError {
  override name = 'ContainerHostUnreachable';
}

/** There is no container of this name on the host. */
export class ContainerMissing extends ContainerError {
  override name = 'ContainerMissing';
}

/** The engine refused: a bad value, say. Doing it again would not help. */
export class ContainerRefused extends ContainerError {
  override name = 'ContainerRefused';
}

/** The engine failed, or found something in its way: a port or a device in use, a name taken. Doing it again may help. */
export class ContainerFailed extends ContainerRefused {
  override name = 'ContainerFailed';
}
