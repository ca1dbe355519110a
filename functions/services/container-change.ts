import type { ContainerInspectInfo } from 'dockerode';
import {
  type ContainerEngine,
  ContainerFailed,
  type ContainerLimits,
  ContainerMissing,
} from '../../platform/containers/container-engine.ts';
import type { ConfigChange } from '../config/contract.ts';
import { type ContainerPlan, containerPlan, limitChanges } from './container-plan.ts';
import { type Replacement, replacementSpec } from './container-spec.ts';

/** One restart's change of one container. */
export interface ContainerChange {
  /** Its name. */
  container: string;
  /** Part of the names under which containers wait, so that a change never meets those of another. */
  operationId: string;
  plan: ContainerPlan;
  desired: ConfigChange;
}

/** Decides what a restart does to the container. Throws {@link ContainerMissing}. */
export async function planChange(
  engine: ContainerEngine,
  container: string,
  desired: ConfigChange,
): Promise<ContainerPlan> {
  const inspect = await engine.inspect(container);
  if (!inspect) throw new ContainerMissing(`There is no container ${container} on ${engine.host}`, engine.host);
  return containerPlan(inspect, desired, engine.host);
}

/**
 * Does what is planned, up to the started container. Each step shows in the names and states of containers, so that a
 * call after one that was cut short at any line goes on from there.
 */
export async function applyChange(engine: ContainerEngine, change: ContainerChange): Promise<void> {
  const { container, plan, desired } = change;
  if (plan.action === 'recreate') {
    return replace(engine, change, (inspect) => ({
      environment: desired.environment,
      limits: limitChanges(inspect, desired),
      restartPolicy: plan.restartPolicy,
    }));
  }
  const inspect = await existing(engine, container);
  const limits = plan.action === 'update' ? limitChanges(inspect, desired) : {};
  if (Object.keys(limits).length > 0) await updateLimits(engine, container, limits);
  if (inspect.State.StartedAt === plan.startedAtBefore) await engine.restart(container);
  else await engine.start(container);
}

/** Brings the container back that was there before, started. Cut short, it goes on like {@link applyChange}. */
export async function rollBackChange(engine: ContainerEngine, change: ContainerChange): Promise<void> {
  const { container, plan } = change;
  if (plan.action === 'recreate') return putBack(engine, change);
  if (plan.action === 'restart') return engine.start(container);
  const { limitsBefore: limits } = plan;
  if (limits.Memory !== 0 && limits.NanoCpus !== 0) {
    await updateLimits(engine, container, limits);
    return engine.restart(container);
  }
  return replace(engine, change, () => ({ environment: {}, limits, restartPolicy: plan.restartPolicy }));
}

/**
 * Removes what was kept aside, once it is decided which container stays; volumes stay too. Should none have the name, as
 * after a change that broke off halfway, the old one gets it back first.
 */
export async function settleChange(engine: ContainerEngine, change: ContainerChange): Promise<void> {
  const names = namesOf(change);
  if (!(await engine.inspect(change.container)) && (await engine.inspect(names.previous)))
    await putBack(engine, change);
  for (const name of [names.next, names.failed, names.previous]) {
    if (!(await engine.inspect(name))) continue;
    await engine.stop(name);
    await engine.remove(name);
  }
}

/**
 * Puts another container in the place of one: made first, so that one that cannot be made costs nothing; then the old one
 * is stopped and renamed.
 */
async function replace(
  engine: ContainerEngine,
  change: ContainerChange,
  replacement: (inspect: ContainerInspectInfo) => Replacement,
): Promise<void> {
  const { container } = change;
  const { next, previous } = namesOf(change);
  if (!(await engine.inspect(previous))) {
    const inspect = await existing(engine, container);
    await engine.remove(next);
    await engine.create(next, replacementSpec(inspect, replacement(inspect)));
    await stopForGood(engine, container);
    await engine.rename(container, previous);
  }
  if (!(await engine.inspect(container))) await engine.rename(next, container);
  await engine.start(container);
}

/** Undoes a replacement, wherever it stands. */
async function putBack(engine: ContainerEngine, change: ContainerChange): Promise<void> {
  const { container, plan } = change;
  const { previous, failed } = namesOf(change);
  if (await engine.inspect(previous)) {
    if (await engine.inspect(container)) {
      await stopForGood(engine, container);
      await engine.rename(container, failed);
    }
    await engine.rename(previous, container);
  }
  await engine.update(container, { RestartPolicy: plan.restartPolicy });
  await engine.start(container);
}

/** Stops a container that waits for what becomes of another, so that not even an engine that starts anew starts it. */
async function stopForGood(engine: ContainerEngine, container: string): Promise<void> {
  await engine.stop(container);
  await engine.update(container, { RestartPolicy: { Name: 'no' } });
}

/**
 * Changes the limits of a container that is restarted next. It is stopped for it only where it must be: one that runs may
 * use more memory than it is to have, and one that crashes again and again cannot be updated in between. So limits that the
 * engine does not take at all cost nobody the service.
 */
async function updateLimits(engine: ContainerEngine, container: string, limits: ContainerLimits): Promise<void> {
  try {
    await engine.update(container, limits);
  } catch (error) {
    if (!(error instanceof ContainerFailed)) throw error;
    await engine.stop(container);
    await engine.update(container, limits);
  }
}

async function existing(engine: ContainerEngine, container: string): Promise<ContainerInspectInfo> {
  const inspect = await engine.inspect(container);
  if (!inspect) throw new ContainerMissing(`There is no container ${container} on ${engine.host}`, engine.host);
  return inspect;
}

function namesOf({ container, operationId }: Pick<ContainerChange, 'container' | 'operationId'>) {
  return {
    next: `${container}.next-${operationId}`,
    previous: `${container}.previous-${operationId}`,
    failed: `${container}.failed-${operationId}`,
  };
}
