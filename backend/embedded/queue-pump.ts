import type { Consumer, Handled, QueueMessage } from '../backend.ts';
import type { AlarmClock } from './alarm-clock.ts';
import type { Messages } from './queue-messages.ts';

export interface Pump {
  /** Says that a message may be due. */
  wake(): void;
  /** Takes no more, and resolves when the calls under way have ended. */
  stop(): Promise<void>;
}

interface PumpOptions {
  visibilitySeconds: number;
  /** Calls of the consumer at a time. */
  callsMax: number;
  clock: AlarmClock;
  onFault(error: unknown): void;
}

/** How long the pump rests when the store failed it: long enough not to flood the log, short enough to be unnoticed. */
const restMs = 1000;

/** Moves messages from a queue to a consumer. It sleeps until it is woken or the next message comes due; it never polls. */
export function pumpOf(
  messages: Messages,
  consumer: Consumer,
  { visibilitySeconds, callsMax, clock, onFault }: PumpOptions,
): Pump {
  const calls = new Set<Promise<void>>();
  let dueAlarmOff = () => {};
  let isStopped = false;
  let isTaking = false;
  let isWokenMeanwhile = false;
  let taking = Promise.resolve();

  function wake(): void {
    if (isTaking) isWokenMeanwhile = true;
    else if (!isStopped && calls.size < callsMax) taking = take();
  }

  async function take(): Promise<void> {
    isTaking = true;
    isWokenMeanwhile = false;
    dueAlarmOff();
    try {
      const batch = await messages.take();
      if (batch.length > 0) start(batch);
      else await sleep();
      isWokenMeanwhile ||= batch.length > 0;
    } catch (error) {
      onFault(error);
      dueAlarmOff = clock.at(clock.now() + restMs, wake);
    }
    isTaking = false;
    if (isWokenMeanwhile) wake();
  }

  async function sleep(): Promise<void> {
    const dueMs = await messages.nextDueMs();
    if (dueMs !== undefined && !isStopped) dueAlarmOff = clock.at(dueMs, wake);
  }

  function start(batch: QueueMessage[]): void {
    const running = call(batch).then(() => {
      calls.delete(running);
      messages.letGo(batch);
      wake();
    });
    calls.add(running);
  }

  /** A call that outlasts the visibility has lost its messages to the next receive, and its place as well. */
  async function call(batch: QueueMessage[]): Promise<void> {
    const lapse = Promise.withResolvers<void>();
    const alarmOff = clock.at(clock.now() + visibilitySeconds * 1000, lapse.resolve);
    await Promise.race([handle(batch), lapse.promise]);
    alarmOff();
  }

  async function handle(batch: QueueMessage[]): Promise<void> {
    try {
      await messages.settle(batch, await outcome(batch));
    } catch (error) {
      onFault(error);
    }
  }

  async function outcome(batch: QueueMessage[]): Promise<Handled> {
    try {
      return await consumer(batch);
    } catch (error) {
      onFault(error);
      return { retry: batch.map(({ id }) => ({ id })) };
    }
  }

  wake();
  return {
    wake,
    async stop() {
      isStopped = true;
      dueAlarmOff();
      await taking;
      dueAlarmOff();
      await Promise.all(calls);
    },
  };
}
