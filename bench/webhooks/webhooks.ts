import { setTimeout as elapse } from 'node:timers/promises';
import type { Benchmark, Measure } from '../measure.ts';
import { machineMs } from '../polling/machine-clock.ts';
import { type ReceiverProcess, startReceivers } from './receiver-process.ts';
import { openWebhookHome, type WebhookHome } from './webhook-home.ts';

/** From the design: what a hanging receiver may cost another one. */
const disturbanceMax = 2;

/** Events a second, to each receiver. */
const rate = 20;

/** Longer than two attempts of 15 seconds, so that the hanging receiver is met while it is unknown and once it is known to fail. */
const seconds = { alone: 15, disturbed: 40 };

const burst = 3000;

/** How long it takes from an event to its receipt, alone, beside a receiver that hangs, and in a burst. */
export const webhooks: Benchmark = {
  name: 'webhooks',
  async run() {
    const alone = await steadyLatencies({ isDisturbed: false });
    const disturbed = await steadyLatencies({ isDisturbed: true });
    return [...latencyMeasures(alone, disturbed), await burstMeasure()];
  },
};

/** Milliseconds from each event to its receipt by a good receiver. Throws when one does not come. */
async function steadyLatencies({ isDisturbed }: { isDisturbed: boolean }): Promise<number[]> {
  return withHome(async (home, receivers) => {
    await home.register(receivers.goodUrl, 'good');
    if (isDisturbed) await home.register(receivers.hangingUrl, 'hanging');
    const publishedMs = new Map<string, number>();
    const startMs = machineMs();
    const events = rate * (isDisturbed ? seconds.disturbed : seconds.alone);
    for (let count = 0; count < events; count += 1) {
      await elapse(Math.max(0, startMs + (count * 1000) / rate - machineMs()));
      const atMs = machineMs();
      publishedMs.set(await home.publish('good'), atMs);
      if (isDisturbed) await home.publish('hanging');
    }
    const receipts = await allReceipts(receivers, publishedMs.size);
    return Array.from(publishedMs, ([id, atMs]) => (receipts.get(id) ?? Number.NaN) - atMs);
  });
}

async function burstMeasure(): Promise<Measure> {
  const tookMs = await withHome(async (home, receivers) => {
    await home.register(receivers.goodUrl, 'good');
    const startMs = machineMs();
    await Promise.all(Array.from({ length: burst }, () => home.publish('good')));
    const receipts = await allReceipts(receivers, burst);
    return Math.max(...receipts.values()) - startMs;
  });
  return {
    name: `A burst of ${burst.toLocaleString('en')} deliveries to one receiver: until the last receipt`,
    value: `${(tookMs / 1000).toFixed(1)} s (${Math.round((burst / tookMs) * 1000)} a second)`,
  };
}

function latencyMeasures(alone: number[], disturbed: number[]): Measure[] {
  const ratio = percentile(disturbed, 0.99) / percentile(alone, 0.99);
  const of = (latencies: number[]) =>
    `p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms`;
  return [
    { name: `Event to receipt, ${rate} a second`, value: of(alone) },
    { name: `Event to receipt, ${rate} a second beside ${rate} to a receiver that hangs`, value: of(disturbed) },
    {
      name: 'Event to receipt: p99 beside a receiver that hangs, without = 1',
      value: ratio.toFixed(2),
      goal: `≤ ${disturbanceMax}`,
      isMet: ratio <= disturbanceMax,
    },
  ];
}

/** What has been received once so many events have been; waits for a minute at most. */
async function allReceipts(receivers: ReceiverProcess, count: number): Promise<Map<string, number>> {
  const receipts = new Map<string, number>();
  for (const dueMs = machineMs() + 60_000; machineMs() < dueMs; await elapse(50)) {
    for (const [id, atMs] of await receivers.receiptsMs()) if (!receipts.has(id)) receipts.set(id, atMs);
    if (receipts.size === count) return receipts;
  }
  throw new Error(`${count - receipts.size} of ${count} events were not received within a minute.`);
}

async function withHome<T>(work: (home: WebhookHome, receivers: ReceiverProcess) => Promise<T>): Promise<T> {
  const receivers = await startReceivers();
  const home = await openWebhookHome();
  try {
    return await work(home, receivers);
  } finally {
    await home.close();
    await receivers.close();
  }
}

function percentile(samples: number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
