import { BadExposition } from './bad-exposition.ts';
import { readSample, type Sample } from './sample.ts';

/**
 * The samples of a text in the Prometheus format or OpenMetrics, in its order. Timestamps, exemplars and comments are read
 * over: what a metric means is the mapping's to say, not its type's. Throws {@link BadExposition} at the first line that is
 * neither; takes time in proportion to the text's length, whatever it holds.
 */
export function parseExposition(text: string): Sample[] {
  const samples: Sample[] = [];
  let number = 0;
  let isEnded = false;
  for (const line of linesOf(text)) {
    number += 1;
    if (line !== '' && isEnded) throw new BadExposition(number, 'stands after # EOF');
    if (line === '# EOF') isEnded = true;
    else if (line !== '' && !line.startsWith('#')) samples.push(readSample(line, number));
  }
  return samples;
}

/** One after the other, without the blanks around them, so that a long text is not there twice. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, end).trim();
    start = end + 1;
  }
}
