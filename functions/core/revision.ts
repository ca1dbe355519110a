import { setTimeout as elapse } from 'node:timers/promises';
import { ConditionFailed } from '../../backend/backend.ts';

/** With the pauses, some forty that write the same item at once all get through; no item here has so many. */
const attemptsMax = 20;

/** At most so long for each attempt that was lost; in ms. Writers that met part ways by it. */
const pauseMs = 5;

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
      await elapse(Math.random() * pauseMs * attempts);
    }
  }
}
