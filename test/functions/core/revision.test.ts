import { describe, expect, it } from 'vitest';
import { ConditionFailed } from '../../../backend/backend.ts';
import { untilUnchanged } from '../../../functions/core/revision.ts';

/** An attempt that loses this many rounds. */
function losing(rounds: number) {
  let attempts = 0;
  return {
    attempt: async () => {
      attempts += 1;
      if (attempts <= rounds) throw new ConditionFailed('changed');
      return attempts;
    },
    attempts: () => attempts,
  };
}

describe('an attempt that another writer overtakes', () => {
  it('is made again until it gets through', async () => {
    expect(await untilUnchanged(losing(19).attempt)).toBe(20);
  });

  it('is given up after twenty rounds', async () => {
    const { attempt, attempts } = losing(1_000);
    await expect(untilUnchanged(attempt)).rejects.toThrow(ConditionFailed);
    expect(attempts()).toBe(20);
  });

  it('is not made again for any other error', async () => {
    let attempts = 0;
    const act = untilUnchanged(async () => {
      attempts += 1;
      throw new Error('throttled');
    });
    await expect(act).rejects.toThrow('throttled');
    expect(attempts).toBe(1);
  });
});
