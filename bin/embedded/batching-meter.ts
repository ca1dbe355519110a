import type { AlarmClock } from '../../backend/embedded/alarm-clock.ts';
import type { Meter, MeteredReading, Reading } from '../../functions/core/figures.ts';
import { newId } from '../../functions/core/ids.ts';
import type { Log } from '../../functions/core/log.ts';

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
  log: Pick<Log, 'warn' | 'error'>;
}

/**
 * Collects what one process measures, and has it stored in batches soon after. A batch that cannot be stored is kept, and
 * tried again until it is; what is measured meanwhile waits, in one sum for each subject and minute.
 */
export function batchingMeter({ clock, store, log }: MeterOptions): Meter & { close(): Promise<void> } {
  /** Each with figures of its own, which grow. */
  let waiting = new Map<string, Reading>();
  let batch: Batch | undefined;
  let storing: Promise<void> | undefined;
  let alarmOff: (() => void) | undefined;

  function record(reading: MeteredReading): void {
    try {
      add(reading);
      wakeIn(waitMs);
    } catch (error) {
      log.warn('a reading could not be taken', { kind: reading.kind, subject: reading.subject, error: error as Error });
    }
  }

  function add({ kind, subject, atMs, figures }: MeteredReading): void {
    const key = `${kind}#${subject}#${Math.floor(atMs / minuteMs)}`;
    const sum: Record<string, number> = waiting.get(key)?.figures ?? {};
    for (const [name, value] of Object.entries(figures)) sum[name] = (sum[name] ?? 0) + value;
    waiting.set(key, { kind, subject, atMs, figures: sum });
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
      log.error('readings could not be stored', { error: error as Error });
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
