import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { turnstile } from '../../../platform/probing/turnstile.ts';

it('lets as many through in each turn of the event loop as it is told, in order', async () => {
  let turn = 0;
  let isOver = false;
  const countTurns = async () => {
    for (; !isOver; turn += 1) await nextTurn();
  };
  const counting = countTurns();
  const pass = turnstile(3);
  const passed: [caller: number, turn: number][] = [];
  await Promise.all(Array.from({ length: 8 }, (_, caller) => pass().then(() => passed.push([caller, turn]))));
  isOver = true;
  await counting;
  const first = passed[0]?.[1] ?? 0;
  expect(passed).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((caller) => [caller, first + Math.floor(caller / 3)]));
});
