import { type FigureKind, type Figures, onlySubject, type Reading } from '../core/figures.ts';
import { durationFigures } from '../core/latency-histogram.ts';
import type { DeliveredEvent, EventData, EventType } from '../events/contract.ts';

/** What one event adds to the figures; undefined for types that are not counted. */
export function readingOfEvent({ type, timestamp, data }: DeliveredEvent): Reading | undefined {
  const count = counts[type as keyof typeof counts] as ((data: object) => Counted) | undefined;
  return count && { ...count(data), atMs: Date.parse(timestamp) };
}

interface Counted {
  kind: FigureKind;
  subject: string;
  figures: Figures;
}

type Counts = { [T in EventType]?: (data: EventData<T>) => Counted };

/** How each type of event counts. The queue that brings them is filled with these types; see {@link queues}. */
const counts = {
  'pipeline.completed': ({ duration_ms }) => pipeline('completed', duration_ms),
  'pipeline.failed': ({ duration_ms }) => pipeline('failed', duration_ms),
  'pipeline.cancelled': ({ duration_ms }) => pipeline('cancelled', duration_ms),
  'pipeline.stage.completed': ({ stage, status, duration_ms }) => ({
    kind: 'stages',
    subject: stage,
    figures: { [status]: 1, ...durationFigures(duration_ms) },
  }),
  'workflow.completed': ({ duration_ms }) => execution('completed', duration_ms),
  'workflow.failed': ({ duration_ms, error }) =>
    execution(error.code === 'CANCELLED' ? 'cancelled' : 'failed', duration_ms),
} satisfies Counts;

/** The types that are counted. */
export const countedTypes = Object.keys(counts) as (keyof typeof counts)[];

/** The ways in which pipelines and executions end. */
export const endings = ['completed', 'failed', 'cancelled'] as const;
type Ending = (typeof endings)[number];

function pipeline(ending: Ending, durationMs: number): Counted {
  return { kind: 'pipelines', subject: onlySubject, figures: { [ending]: 1, ...durationFigures(durationMs) } };
}

function execution(ending: Ending, durationMs: number): Counted {
  return { kind: 'executions', subject: onlySubject, figures: { [ending]: 1, ...durationFigures(durationMs) } };
}
