import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets so many callers through in each turn of the event loop, in the order in which they came. */
export function turnstile(perTurn: number): () => Promise<unknown> {
  let turn: Promise<unknown> = Promise.resolve();
  let callers = 0;
  return () => {
    if (callers % perTurn === 0) turn = turn.then(() => nextTurn());
    callers += 1;
    return turn;
  };
}
