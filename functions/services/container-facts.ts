import type { ContainerInspectInfo } from 'dockerode';

/** What is kept of a service's container, so that lists need not ask its engine. Times are epoch ms. */
export interface ContainerFacts {
  id: string;
  image: string;
  /** As the engine calls it. */
  state: string;
  /** When it was started; null while it does not run. */
  startedMs: number | null;
  restarts: number;
  /** As its image's labels say. */
  version: string | null;
}

/** The facts of a container as the engine shows it. */
export function containerFacts({ Id, Config, State, RestartCount }: ContainerInspectInfo): ContainerFacts {
  return {
    id: Id,
    image: Config.Image,
    state: State.Status,
    startedMs: State.Running ? Date.parse(State.StartedAt) : null,
    restarts: RestartCount ?? 0,
    version: versionLabels.map((label) => Config.Labels?.[label]).find((version) => version !== undefined) ?? null,
  };
}

/** Whether two looks at a container saw the same. */
export function isSameFacts(one: ContainerFacts | null, other: ContainerFacts | null): boolean {
  if (one === null || other === null) return one === other;
  return (Object.keys(one) as (keyof ContainerFacts)[]).every((field) => one[field] === other[field]);
}

/** https://specs.opencontainers.org/image-spec/annotations and the label that it replaced. */
const versionLabels = ['org.opencontainers.image.version', 'org.label-schema.version'];
