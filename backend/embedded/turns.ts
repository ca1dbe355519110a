import type { DatabaseSync } from 'node:sqlite';
import { hasErrorCode } from './error-code.ts';

/**
 * Writes of one turn of the event loop share one commit, since a commit costs more than a write. Nobody is told of a
 * write, nor of anything read after it, before it is committed.
 */
export interface Turns {
  /**
   * Runs statements at once and answers after their commit. What the work itself throws, before its first change, is
   * rejected as late; an error of the database takes back the whole turn and is everybody's.
   */
  write<T>(work: () => T): Promise<T>;
  /** Runs statements that only read. Answers at once unless uncommitted writes could have been seen. */
  read<T>(work: () => T): Promise<T>;
  /** Commits what stands open now, without waiting for the turn to end. */
  finish(): void;
}

interface Asked {
  answer(): void;
  refuse(error: unknown): void;
}

export function turnsOf(database: DatabaseSync): Turns {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  let open: Asked[] | undefined;
  let ending: NodeJS.Immediate | undefined;

  function join<T>(asked: Asked[], work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    try {
      const result = work();
      asked.push({ answer: () => resolve(result), refuse: reject });
    } catch (error) {
      asked.push({ answer: () => reject(error), refuse: reject });
      if (hasErrorCode(error, 'ERR_SQLITE_ERROR')) takeBack(error);
    }
    return promise;
  }

  function takeBack(error: unknown): void {
    if (database.isTransaction) rollback.run();
    end((asked) => asked.refuse(error));
  }

  function end(tell: (asked: Asked) => void): void {
    const told = open ?? [];
    open = undefined;
    clearImmediate(ending);
    told.forEach(tell);
  }

  function finish(): void {
    if (!open) return;
    try {
      commit.run();
    } catch (error) {
      takeBack(error);
      return;
    }
    end((asked) => asked.answer());
  }

  return {
    async write(work) {
      if (!open) {
        begin.run();
        open = [];
        ending = setImmediate(finish);
      }
      return join(open, work);
    },
    async read(work) {
      return open ? join(open, work) : work();
    },
    finish,
  };
}
