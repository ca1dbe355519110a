import type { Backend } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import { freeLock, type Holder, takeLock } from '../core/owned-lock.ts';
import { isoTime } from '../core/schemas.ts';
import { orderedStages, type Pipeline } from './pipeline.ts';
import { findPipeline } from './pipeline-store.ts';

const keyOf = ({ repository, branch }: Target) => ({ pk: `branch#${repository}#${branch}`, sk: 'lock' });

type Target = { repository: string; branch: string };

interface Claim {
  target: Target;
  owner: string;
  nowMs: number;
}

/**
 * Takes a branch for a pipeline. It is free when nobody holds it, when its holder's pipeline has ended, or when the
 * holder never stored its pipeline and its claim has run out; taking it again as the same owner renews the claim.
 * Throws PIPELINE_RUNNING, naming the holder, otherwise.
 */
export function takeBranch(backend: Backend, { target, owner, nowMs }: Claim): Promise<void> {
  const refuseIfAtWork = (holder: Holder) => refuseIfWorking(backend, holder);
  return takeLock(backend, { key: keyOf(target), kind: 'branch', owner, nowMs, refuseIfAtWork });
}

/** Frees a branch if this pipeline holds it. */
export function freeBranch(backend: Backend, target: Target, owner: string): Promise<void> {
  return freeLock(backend, keyOf(target), owner);
}

async function refuseIfWorking(backend: Backend, { owner, sinceMs, isClaiming }: Holder): Promise<void> {
  const pipeline = await findPipeline(backend, owner);
  if (pipeline ? pipeline.status !== 'running' : !isClaiming) return;
  throw new ApiError('PIPELINE_RUNNING', {
    details: {
      pipeline_id: owner,
      stage: (pipeline && currentStage(pipeline)) ?? null,
      started_at: isoTime(pipeline?.createdMs ?? sinceMs),
    },
  });
}

function currentStage(pipeline: Pipeline) {
  const stages = orderedStages(pipeline);
  return (
    stages.find((name) => pipeline.stages[name]?.status === 'running') ??
    stages.find((name) => pipeline.stages[name]?.status === 'pending')
  );
}
