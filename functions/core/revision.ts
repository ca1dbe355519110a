import { ConditionFailed } from '../../backend/backend.ts';

/** Twenty rounds: every round one of the racing writers wins, and no item here has more than a handful. */
const attemptsMax = 20;

/**
 * Read, decide, write, and again from the start while somebody else wrote in between. `attempt` must write under the
 * condition that what it read is unchanged. Throws the last ConditionFailed when it never gets through.
 */
export async function untilUnchanged<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConditionFailed) || attempts >= attemptsMax) throw error;
    }
  }
}
