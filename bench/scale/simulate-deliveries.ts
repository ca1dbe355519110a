import { slotsMax } from '../../functions/webhooks/traffic.ts';
import { turnSeconds } from '../../functions/webhooks/turn-pause.ts';

export interface DeliveryOptions {
  webhooks: number;
  /** Of every webhook. */
  eventsPerSecond: number;
  seconds: number;
  /** Calls of the deliverer at a time. */
  callsMax: number;
  /** A call that delivers, the receiver's answer included, and one that finds no slot free. */
  attemptMs: number;
  lookMs: number;
}

export interface DeliveryFlow {
  /** In the last half of the time, a second. */
  delivered: number;
  /** Calls for which no slot was free, as a share of all calls. */
  inVainShare: number;
  /** Deliveries that wait in the end. */
  waiting: number;
}

const stepMs = 50;

interface State {
  options: DeliveryOptions;
  step: number;
  /** Seconds that each message has waited for its turn, by webhook, the next one last. */
  ready: number[][];
  slots: number[];
  calls: number;
  /** The webhook that the queue serves next. */
  next: number;
  /** By the step in which calls end; -1 of a call that has no slot. */
  ending: Map<number, number[]>;
  returning: Map<number, { webhook: number; waited: number }[]>;
  counts: { delivered: number; inVain: number; calls: number };
  random: () => number;
}

/**
 * Deliveries of events that come steadily to receivers that are well. The queue hands out its messages fairly by webhook, to as
 * many calls as there may be; each needs one of its webhook's slots, and comes again by the deliverer's own rule where it
 * finds none.
 */
export function simulateDeliveries(options: DeliveryOptions): DeliveryFlow {
  const steps = (options.seconds * 1000) / stepMs;
  const state: State = {
    options,
    step: 0,
    ready: Array.from({ length: options.webhooks }, () => []),
    slots: Array.from({ length: options.webhooks }, () => 0),
    calls: 0,
    next: 0,
    ending: new Map(),
    returning: new Map(),
    counts: { delivered: 0, inVain: 0, calls: 0 },
    random: seededRandom(),
  };
  for (; state.step < steps; state.step += 1) {
    endCalls(state, state.step > steps / 2);
    addMessages(state);
    beginCalls(state);
  }
  const inQueue = state.ready.reduce((sum, queue) => sum + queue.length, 0);
  const pausing = [...state.returning.values()].reduce((sum, messages) => sum + messages.length, 0);
  const { delivered, inVain, calls } = state.counts;
  return {
    delivered: Math.round(delivered / (options.seconds / 2)),
    inVainShare: Math.round((100 * inVain) / Math.max(1, calls)) / 100,
    waiting: inQueue + pausing,
  };
}

function endCalls(state: State, isCounted: boolean): void {
  const { step, ending, slots, counts } = state;
  for (const webhook of ending.get(step) ?? []) {
    state.calls -= 1;
    if (webhook < 0) continue;
    slots[webhook] = (slots[webhook] as number) - 1;
    if (isCounted) counts.delivered += 1;
  }
  ending.delete(step);
}

function addMessages({ step, ready, returning, options }: State): void {
  for (const { webhook, waited } of returning.get(step) ?? []) ready[webhook]?.unshift(waited);
  returning.delete(step);
  const perStep = (options.eventsPerSecond * stepMs) / 1000;
  const arriving = Math.floor((step + 1) * perStep) - Math.floor(step * perStep);
  for (const queue of ready) for (let each = 0; each < arriving; each += 1) queue.unshift(0);
}

function beginCalls(state: State): void {
  const { ready, options } = state;
  for (let idle = 0; state.calls < options.callsMax && idle < options.webhooks; idle += 1) {
    const webhook = state.next;
    state.next = (webhook + 1) % options.webhooks;
    const waited = ready[webhook]?.pop();
    if (waited === undefined) continue;
    idle = -1;
    beginCall(state, webhook, waited);
  }
}

function beginCall(state: State, webhook: number, waited: number): void {
  const { slots, counts, options, step } = state;
  const hasSlot = (slots[webhook] as number) < slotsMax;
  state.calls += 1;
  counts.calls += 1;
  push(state.ending, step + stepsOf(hasSlot ? options.attemptMs : options.lookMs), hasSlot ? webhook : -1);
  if (hasSlot) {
    slots[webhook] = (slots[webhook] as number) + 1;
    return;
  }
  counts.inVain += 1;
  const pause = turnSeconds({ waited, isFailing: false }, state.random());
  push(state.returning, step + stepsOf(pause * 1000), { webhook, waited: waited + pause });
}

function stepsOf(ms: number): number {
  return Math.max(1, Math.round(ms / stepMs));
}

function push<T>(at: Map<number, T[]>, step: number, value: T): void {
  const values = at.get(step);
  if (values) values.push(value);
  else at.set(step, [value]);
}

/** The same numbers each time, from 0 to 1 (a linear congruential generator, of Numerical Recipes). */
function seededRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
