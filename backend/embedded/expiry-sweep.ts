import type { AlarmClock } from './alarm-clock.ts';
import type { Expiring } from './table.ts';

/** Expired items are invisible already, so a minute late costs only room. */
const intervalMs = 60_000;
/** Items of one go, some 2 ms of the event loop. */
const itemsMax = 500;

/** Frees the room of expired items now and then. The returned function ends it once the sweep under way is over. */
export function sweepExpired(
  tables: Expiring[],
  clock: AlarmClock,
  onFault: (error: unknown) => void,
): () => Promise<void> {
  let alarmOff = () => {};
  let isStopped = false;
  let sweeping = sweep();

  async function sweep(): Promise<void> {
    let isMore = false;
    try {
      for (const table of tables) isMore = (await table.removeExpired(itemsMax)) === itemsMax || isMore;
    } catch (error) {
      onFault(error);
    }
    if (!isStopped) alarmOff = clock.at(clock.now() + (isMore ? 0 : intervalMs), again);
  }

  function again(): void {
    sweeping = sweep();
  }

  return async () => {
    isStopped = true;
    alarmOff();
    await sweeping;
  };
}
