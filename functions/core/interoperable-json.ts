import type { FieldProblem } from './errors.ts';

/** More say nothing that helps; each may be as long as a body. */
const problemsMax = 10;

/**
 * What of a request's JSON could not be stored and answered as it was sent: text with half a surrogate pair, which most
 * programs refuse to read, a number beyond what a double holds, and the field `__proto__`. RFC 7493 (I-JSON) excludes the
 * first two as well. At most ten problems, each with its path from `path`. A body whose text shows none of them, nearly
 * every one, is not walked through.
 */
export function interoperabilityProblems(json: unknown, text: string, path: string): FieldProblem[] {
  if (!suspect.test(text)) return [];
  const problems: FieldProblem[] = [];
  const places: Place[] = [{ value: json, name: path }];
  for (const place of places) {
    problems.push(...problemsAt(place));
    if (problems.length >= problemsMax) break;
    if (typeof place.value !== 'object' || place.value === null) continue;
    for (const [name, value] of Object.entries(place.value)) places.push({ value, name, within: place });
  }
  return problems.slice(0, problemsMax);
}

/**
 * JSON text with U+FFFD in the place of each half of a surrogate pair, which only an escape can bring into text that was
 * decoded from UTF-8: for what others send and do not correct. Escapes are read one after the other, so that of `\\ud800`
 * nothing is taken for one.
 */
export function withoutLoneSurrogates(text: string): string {
  return text.replace(escapes, (sequence, lone?: string) => (lone === undefined ? sequence : '\\ufffd'));
}

/** Half pairs are escapes, and any letter of a name may be written as one; a number beyond 1e308 has an exponent or as many digits. */
const suspect = /\\u|__proto__|\de\+?\d|\d{300}/i;

/** A pair, half of one, or any other escape. */
const escapes = /\\(?:ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|u(d[89a-f][\da-f]{2})|.)/gis;

/** A value of a document, and the one that it is in: paths are only made of those that are wrong. */
interface Place {
  value: unknown;
  name: string;
  within?: Place;
}

function problemsAt(place: Place): FieldProblem[] {
  const { value, name } = place;
  const messages = [
    !name.isWellFormed() && 'must have a name that is well-formed Unicode text',
    name === '__proto__' && 'is not a name that a field may have',
    typeof value === 'string' && !value.isWellFormed() && 'must be well-formed Unicode text',
    typeof value === 'number' && !Number.isFinite(value) && 'must be a number from -1.8e308 to 1.8e308',
  ];
  return messages.filter((message) => message !== false).map((message) => ({ path: pathOf(place), message }));
}

/** Readable whatever it is made of. */
function pathOf(place: Place): string {
  const names: string[] = [];
  for (let at: Place | undefined = place; at; at = at.within) names.push(at.name.toWellFormed());
  return names.reverse().join('.');
}
