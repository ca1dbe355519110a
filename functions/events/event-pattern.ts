import { type EventType, eventTypeNames } from './event-types.ts';

/** Whether a pattern covers a type: the type itself, `*`, or `pipeline.*` for all that begins with `pipeline.`. */
export function covers(pattern: string, type: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/** The event types that these patterns cover, in the order of the registry. */
export function typesCovered(patterns: readonly string[]): EventType[] {
  return eventTypeNames.filter((type) => patterns.some((pattern) => covers(pattern, type)));
}
