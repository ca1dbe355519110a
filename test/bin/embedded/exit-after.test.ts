import { describe, expect, it, vi } from 'vitest';
import { exitAfter } from '../../../bin/embedded/exit-after.ts';
import { settableClock } from '../../suites/settable-clock.ts';

function ending(work: Promise<void>) {
  const clock = settableClock();
  const exit = vi.fn<(code: number) => void>();
  const complain = vi.fn<(line: string) => void>();
  const ended = exitAfter(work, { clock, limitMs: 20_000, exit, complain });
  return { clock, exit, complain, ended };
}

describe('the end of the process', () => {
  it('is 0 and silent when the work under way has ended, and stays so when the limit passes', async () => {
    const { clock, exit, complain, ended } = ending(Promise.resolve());
    await ended;
    clock.advance(30_000);
    expect(exit.mock.calls).toEqual([[0]]);
    expect(complain).not.toHaveBeenCalled();
  });

  it('is 1 and says what becomes of the work when that takes longer than the limit', () => {
    const { clock, exit, complain } = ending(new Promise(() => undefined));
    clock.advance(19_999);
    expect(exit).not.toHaveBeenCalled();
    clock.advance(1);
    expect(exit.mock.calls).toEqual([[1]]);
    expect(complain.mock.calls).toEqual([[expect.stringMatching(/still under way after 20 s.*next start/)]]);
  });

  it('is 1 and says why when stopping fails', async () => {
    const { exit, complain, ended } = ending(Promise.reject(new Error('the disk is full')));
    await ended;
    expect(exit.mock.calls).toEqual([[1]]);
    expect(complain.mock.calls).toEqual([['Stopping failed: the disk is full']]);
  });
});
