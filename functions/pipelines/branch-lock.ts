import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import type { LockKind } from '../core/locks.ts';
import { isoTime } from '../core/schemas.ts';
import { orderedStages, type Pipeline } from './pipeline.ts';
import { findPipeline } from './pipeline-store.ts';

/**
 * How long a holder whose pipeline is not stored yet is believed, in ms. Storing follows at once; a minute means that
 * the process died in between.
 */
const claimMs = 60_000;

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
export async function takeBranch(backend: Backend, claim: Claim): Promise<void> {
  const key = keyOf(claim.target);
  const lock = { ...key, kind: 'branch' satisfies LockKind, owner: claim.owner, claim_until: claim.nowMs + claimMs };
  if (await isApplied(backend.table('locks').put(lock, { exists: false }))) return;
  const held = await backend.table('locks').get(key);
  if (!held) return takeBranch(backend, claim);
  const holder = held['owner'] as string;
  if (holder !== claim.owner) await refuseIfWorking(backend, held, claim.nowMs);
  const unchanged = { equals: { owner: holder, claim_until: held['claim_until'] as number } };
  if (await isApplied(backend.table('locks').put(lock, unchanged))) return;
  return takeBranch(backend, claim);
}

/** Frees a branch if this pipeline holds it. */
export async function freeBranch(backend: Backend, target: Target, owner: string): Promise<void> {
  await isApplied(backend.table('locks').delete(keyOf(target), { equals: { owner } }));
}

async function refuseIfWorking(backend: Backend, held: Item, nowMs: number): Promise<void> {
  const holder = held['owner'] as string;
  const claimUntil = held['claim_until'] as number;
  const pipeline = await findPipeline(backend, holder);
  if (pipeline ? pipeline.status !== 'running' : claimUntil <= nowMs) return;
  throw new ApiError('PIPELINE_RUNNING', {
    details: {
      pipeline_id: holder,
      stage: (pipeline && currentStage(pipeline)) ?? null,
      started_at: isoTime(pipeline?.createdMs ?? claimUntil - claimMs),
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
