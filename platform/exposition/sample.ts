import { BadExposition } from './bad-exposition.ts';
import { LineReader } from './line-reader.ts';

/** One line of an exposition: a series and its value. Labels with an empty value count as absent. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite, as the formats allow. */
  value: number;
}

/** The sample that this line is; throws {@link BadExposition} where it is none. */
export function readSample(line: string, number: number): Sample {
  const reader = new LineReader(line);
  const refuse = (problem: string): never => {
    throw new BadExposition(number, problem);
  };
  const plainName = reader.take(metricName);
  reader.skipBlanks();
  const { quotedName, labels } = reader.skip('{') ? readLabels(reader, refuse) : unlabelled;
  if (plainName !== undefined && quotedName !== undefined) refuse('names its metric twice');
  const name = plainName ?? quotedName ?? refuse('begins with no name of a metric');
  reader.skipBlanks();
  const value = numberOf(reader.take(word)) ?? refuse('has no number as its value');
  checkRest(reader, refuse);
  return { name, labels, value };
}

type Refuse = (problem: string) => never;

/** After the opening brace, up to and with the closing one. Prometheus 3 writes names beyond ASCII there, quoted. */
function readLabels(reader: LineReader, refuse: Refuse) {
  const labels: Record<string, string> = Object.create(null);
  let quotedName: string | undefined;
  reader.skipBlanks();
  while (!reader.skip('}')) {
    const quoted = reader.takeQuoted();
    const name = quoted ?? reader.take(labelName) ?? refuse('has a label without a name');
    const value = readLabelValue(reader, refuse);
    if (value === undefined && (quoted === undefined || quotedName !== undefined))
      refuse('has a label without a value');
    if (value === undefined) quotedName = quoted;
    else if (value !== '') labels[name] = value;
    skipSeparator(reader, refuse);
  }
  return { quotedName, labels };
}

/** A comma may also stand after the last label. */
function skipSeparator(reader: LineReader, refuse: Refuse): void {
  reader.skipBlanks();
  if (!reader.skip(',') && !reader.isAt('}')) refuse('has labels that are not ended');
  reader.skipBlanks();
}

/** Undefined where no value stands. */
function readLabelValue(reader: LineReader, refuse: Refuse): string | undefined {
  reader.skipBlanks();
  if (!reader.skip('=')) return undefined;
  reader.skipBlanks();
  return reader.takeQuoted() ?? refuse('has a label whose value is not in quotes, or not ended');
}

/** A timestamp may follow the value, and in OpenMetrics an exemplar. */
function checkRest(reader: LineReader, refuse: Refuse): void {
  reader.skipBlanks();
  if (!reader.isAt('#') && !reader.isAtEnd() && numberOf(reader.take(word)) === undefined)
    refuse('has a timestamp that is no number');
  reader.skipBlanks();
  if (!reader.isAtEnd() && !(reader.skip('#') && reader.isAt(' '))) refuse('has more than a value and a timestamp');
}

/** Without a prototype, so that only what the line says is a label. */
const unlabelled = { quotedName: undefined, labels: Object.create(null) as Record<string, string> };

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const word = /[^ \t#]+/y;

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const special: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return decimal.test(text) ? Number(text) : special.get(text.toLowerCase());
}
