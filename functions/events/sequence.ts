/** How many events of one resource have been numbered, and which were the latest. */
export interface Sequence {
  /** The number of the latest event; 0 before the first. Every number up to it was given to one event. */
  last: number;
  /** The latest events in the order of their numbers, so that a repeat finds its own again. */
  ids: readonly string[];
}

/**
 * So many later events of one resource may be published between an event and its repeat, which comes within minutes. An
 * item then has about 1 KB, one write unit.
 */
const rememberedMax = 32;

export const newSequence: Sequence = { last: 0, ids: [] };

/** What is left once these events have numbers, in their order, and the numbers. A repeat changes nothing and has its old one. */
export function withNumbers(before: Sequence, events: readonly string[]): Numbered {
  const added = [...new Set(events)].filter((id) => !before.ids.includes(id));
  const ids = [...before.ids, ...added];
  const last = before.last + added.length;
  const numbers = new Map(ids.map((id, index) => [id, last - ids.length + 1 + index]));
  if (added.length === 0) return { after: before, numbers };
  return { after: { last, ids: ids.slice(-Math.max(rememberedMax, events.length)) }, numbers };
}

interface Numbered {
  /** The argument itself where every event was known. */
  after: Sequence;
  numbers: ReadonlyMap<string, number>;
}
