import { ApiError, validationError } from './errors.ts';
import { bodyBytesMax, type HttpRequest } from './http.ts';
import { interoperabilityProblems } from './interoperable-json.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parsed JSON of a request, undefined where it has no body. Throws 413 beyond 256 KiB, 415 for another media type
 * and 400 for what is not UTF-8, not JSON, or could not be stored and answered as it was sent.
 */
export function readJsonBody(request: HttpRequest): unknown {
  refuseTooLarge(request);
  if (request.body.byteLength === 0) return undefined;
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new ApiError('UNSUPPORTED_MEDIA_TYPE');
  const text = decodeText(request.body);
  const json = parseJson(text);
  const problems = interoperabilityProblems(json, text, 'body');
  if (problems.length > 0) throw validationError(problems);
  return json;
}

/** Throws 413 for a body beyond 256 KiB. */
export function refuseTooLarge({ body }: Pick<HttpRequest, 'body'>): void {
  if (body.byteLength > bodyBytesMax) throw new ApiError('PAYLOAD_TOO_LARGE');
}

/** The text of a body. Throws 400 for what is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw validationError([{ path: 'body', message: 'is not UTF-8' }]);
  }
}

/** What a part of a request (`body` unless told) says in JSON. Throws 400 for what is none. */
export function parseJson(text: string, path = 'body'): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw validationError([{ path, message: `is not JSON: ${(cause as Error).message.toWellFormed()}` }]);
  }
}
