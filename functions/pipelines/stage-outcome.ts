import { UpstreamError } from '../../platform/upstream/errors.ts';
import { asksForLongWait } from '../../platform/upstream/retry.ts';
import type { StageName } from '../core/settings.ts';
import type { Failure } from './pipeline.ts';
import { keptReasons, type StageOutcome, shortened } from './stage-run.ts';
import { type Stage, type StageWork, StillWaiting } from './stage-work.ts';

/** Runs a stage's script as far as it goes: its outcome, or undefined while it has to wait and may. */
export async function outcomeOf(script: Stage, work: StageWork): Promise<StageOutcome | undefined> {
  const { stage, startedMs } = work.run;
  const deadlineSeconds = work.settings.stageDeadlineSeconds[stage];
  const isLate = work.nowMs - startedMs >= deadlineSeconds * 1000;
  try {
    const { result, reasons: all } = await script(work);
    const reasons = keptReasons(all);
    if (reasons.length === 0) return { verdict: 'passed', reasons, result };
    return { verdict: 'rejected', reasons, result, failure: gateFailure(stage, reasons) };
  } catch (error) {
    if (!(error instanceof StillWaiting || error instanceof UpstreamError)) throw error;
    const isWait = error instanceof StillWaiting || (asksForLongWait(error) && work.putOff(error));
    if (!isWait) return broken(upstreamFailure(stage, error as UpstreamError));
    if (!isLate) return undefined;
    const message = `The ${stage} stage was not done within its ${deadlineSeconds} seconds.`;
    return broken({ code: 'TIMEOUT', stage, message, retryable: true });
  }
}

function broken(failure: Failure): StageOutcome {
  return { verdict: 'broken', reasons: [failure.message], failure, result: {} };
}

/** A pipeline's item and its end event carry the failure: long enough to see what happened, the run has the reasons. */
const failureCharactersMax = 2000;

function gateFailure(stage: StageName, reasons: string[]): Failure {
  const message = shortened(`The ${stage} stage failed: ${reasons.join(' ')}`, failureCharactersMax);
  return { code: 'STAGE_FAILED', stage, message, retryable: false };
}

function upstreamFailure(stage: StageName, error: UpstreamError): Failure {
  const code = error.isRetryable ? 'SERVICE_UNAVAILABLE' : 'STAGE_FAILED';
  return { code, stage, message: error.message, retryable: error.isRetryable };
}
