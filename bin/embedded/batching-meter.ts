import type { AlarmClock } from '../../backend/embedded/alarm-clock.ts';
import type { Meter, Reading } from '../../functions/core/figures.ts';
import { newId } from '../../functions/core/ids.ts';

/** Longest that a reading waits before it is stored, in ms: what a process loses that is killed. */
const waitMs = 250;

/** Until a batch that could not be stored is tried again, in ms. */
const pauseMs = 5_000;

const minuteMs = 60_000;

export interface Batch {
  /** Names the batch: stored again, it changes nothing. */
  marker: string;
  readings: Reading[];
  repeatedSeconds: number;
}

/** Only this process stores a batch again, and soon: to remember four batches a second for longer would fill the disk. */
const repeatedSeconds = 3600;

interface MeterOptions {
  clock: AlarmClock;
  store(batch: Batch): Promise<unknown>;
  onFault(error: unknown): void;
}

/**
 * Collects what one process measures, and has it stored in batches soon after. A batch that cannot be stored is kept, and
 * tried again until it is; what is measured meanwhile waits, in one sum for each subject and minute.
 */
export function batchingMeter({ clock, store, onFault }: MeterOptions): Meter & { close(): Promise<void> } {
  /** Each with figures of its own, which grow. */
  let waiting = new Map<string, Reading>();
  let batch: Batch | undefined;
  let storing: Promise<void> | undefined;
  let alarmOff: (() => void) | undefined;

  function record(reading: Reading): void {
    const { kind, subject, atMs } = reading;
    const key = `${kind}#${subject}#${Math.floor(atMs / minuteMs)}`;
    const figures: Record<string, number> = waiting.get(key)?.figures ?? {};
    for (const [name, value] of Object.entries(reading.figures)) figures[name] = (figures[name] ?? 0) + value;
    waiting.set(key, { ...reading, figures });
    wakeIn(waitMs);
  }

  function wakeIn(ms: number): void {
    if (storing) return;
    alarmOff ??= clock.at(clock.now() + ms, () => {
      alarmOff = undefined;
      void flush();
    });
  }

  function flush(): Promise<void> {
    storing ??= storeAll().finally(() => {
      storing = undefined;
      if (batch) wakeIn(pauseMs);
      else if (waiting.size > 0) wakeIn(waitMs);
    });
    return storing;
  }

  async function storeAll(): Promise<void> {
    if (!batch && waiting.size > 0) {
      batch = { marker: newId('batch', clock.now()), readings: [...waiting.values()], repeatedSeconds };
      waiting = new Map();
    }
    if (!batch) return;
    try {
      await store(batch);
      batch = undefined;
    } catch (error) {
      onFault(error);
    }
  }

  return {
    record,
    /** Stores what waits. What cannot be stored now is lost with the process, and told. */
    async close() {
      await storing;
      for (let isStored = true; isStored && (batch || waiting.size > 0); isStored = batch === undefined) await flush();
      alarmOff?.();
    },
  };
}
