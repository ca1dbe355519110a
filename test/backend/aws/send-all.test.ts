import { describe, expect, it, vi } from 'vitest';
import { sendAll } from '../../../backend/aws/send-all.ts';

const refuse = (entry: string, isRetryable = true) => ({ entry, code: 'Throttled', message: 'slow down', isRetryable });

/** A service that answers each call with the next list of refusals, then accepts all. */
function service(...answers: ReturnType<typeof refuse>[][]) {
  const calls: string[][] = [];
  const send = async (entries: string[]) => {
    calls.push(entries);
    return answers.shift() ?? [];
  };
  return { calls, send };
}

describe('sending a batch', () => {
  it('what was refused is sent again alone, after pauses that grow', async () => {
    const { calls, send } = service([refuse('b'), refuse('c')], [refuse('c')]);
    const wait = vi.fn(async (_: number) => undefined);
    await sendAll(['a', 'b', 'c'], send, wait);
    expect(calls).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
    const [first = 0, second = 0] = wait.mock.calls.map(([ms]) => ms);
    expect(first).toBeGreaterThanOrEqual(50);
    expect(first).toBeLessThan(100);
    expect(second).toBeGreaterThanOrEqual(100);
  });

  it('what is refused four times is an error that names the reason', async () => {
    const { calls, send } = service(...Array.from({ length: 4 }, () => [refuse('a')]));
    await expect(sendAll(['a'], send, async () => undefined)).rejects.toThrow('Throttled: slow down');
    expect(calls).toHaveLength(4);
  });

  it('what can never be accepted is an error at once', async () => {
    const { calls, send } = service([refuse('a', false)]);
    await expect(sendAll(['a'], send, async () => undefined)).rejects.toThrow('after 1 tries');
    expect(calls).toHaveLength(1);
  });
});
