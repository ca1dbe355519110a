import { createHash } from 'node:crypto';
import { defaultMeasures, statusLabels } from './default-measures.ts';
import { countMeasures, type Measure, type MeasureSource, type MeasuresField } from './measure-rules.ts';

/** One way to know a measure: its sources are added up. `id` is the same for the same sources, and only for those. */
export interface MeasureWay {
  id: string;
  sources: readonly MeasureSource[];
}

/** How the measures of one service are known: of each the ways in the order in which they are tried. */
export interface MeasureWays {
  /** Changes when any of it does. */
  id: string;
  of: ReadonlyMap<Measure, readonly MeasureWay[]>;
}

/** What the row of a service says, and the defaults for what it does not. */
export function measureWays(field: MeasuresField | undefined): MeasureWays {
  const ways = (measure: Measure) => sourcesOf(measure, field).map((sources) => ({ id: idOf(sources), sources }));
  const measures: Measure[] = [...countMeasures, 'latency', 'started'];
  const of = new Map(measures.map((measure) => [measure, ways(measure)]));
  return { id: idOf([...of]), of };
}

/** Where a row says what counts as a request and not what as an error, its errors are among those requests. */
function sourcesOf(measure: Measure, field: MeasuresField = {}): readonly (readonly MeasureSource[])[] {
  const own = field[measure];
  if (own === null) return [];
  if (own) return [own];
  const { requests } = field;
  if (measure !== 'errors' || requests === undefined) return defaultMeasures[measure];
  return statusLabels.map((label) =>
    (requests ?? []).map((source) => ({ ...source, labels: { ...source.labels, [label]: ['5xx'] } })),
  );
}

function idOf(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 8);
}
