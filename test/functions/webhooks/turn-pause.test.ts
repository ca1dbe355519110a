import { describe, expect, it } from 'vitest';
import { turnSeconds } from '../../../functions/webhooks/turn-pause.ts';

describe('the pause of a delivery that waits for its turn', () => {
  const longest = (waited: number, isFailing = false) => turnSeconds({ waited, isFailing }, 1);

  it('is as long as it has waited, from one second to eight', () => {
    expect([0, 1, 3, 8, 100].map((waited) => longest(waited))).toEqual([1, 1, 3, 8, 8]);
  });

  it('is half a minute for a webhook that fails', () => {
    expect([0, 100].map((waited) => longest(waited, true))).toEqual([30, 30]);
  });

  it('is down to half of that, so that those that came together do not come again together', () => {
    expect(turnSeconds({ waited: 8, isFailing: false }, 0)).toBe(4);
    expect(turnSeconds({ waited: 0, isFailing: false }, 0)).toBe(1);
  });
});
