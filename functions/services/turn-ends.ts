import { setImmediate as nextTurn } from 'node:timers/promises';

/** Waits for the end of this turn of the event loop. */
export type TurnEnd = () => Promise<unknown>;

/**
 * Lets all go on together who ask in the same turn. Records of a round that are made one after the other take four
 * fifths of the time of records between answers, as the processor has the code and data of each at hand only then.
 */
export function turnEnds(): TurnEnd {
  let end: Promise<unknown> | undefined;
  return () => {
    end ??= nextTurn().then(() => {
      end = undefined;
    });
    return end;
  };
}
