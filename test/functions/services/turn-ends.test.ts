import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { turnEnds } from '../../../functions/services/turn-ends.ts';

it('lets all go on together, in their order, who ask in the same turn, and later ones in another', async () => {
  const turnEnd = turnEnds();
  const passed: string[] = [];
  const pass = (caller: string) => turnEnd().then(() => passed.push(caller));
  const first = pass('first');
  await Promise.resolve();
  const second = pass('second');
  expect(passed).toEqual([]);
  await Promise.all([first, second]);
  expect(passed).toEqual(['first', 'second']);

  const third = pass('third');
  await Promise.resolve();
  expect(passed).toEqual(['first', 'second']);
  await nextTurn();
  await third;
  expect(passed).toEqual(['first', 'second', 'third']);
});
