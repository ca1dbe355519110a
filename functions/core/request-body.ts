import { ApiError, validationError } from './errors.ts';
import { bodyBytesMax, type HttpRequest } from './http.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parsed JSON of a request, undefined where it has no body. Throws 413 beyond 256 KiB, 415 for another media type
 * and 400 for what is not UTF-8 or not JSON.
 */
export function readJsonBody(request: HttpRequest): unknown {
  if (request.body.byteLength > bodyBytesMax) throw new ApiError('PAYLOAD_TOO_LARGE');
  if (request.body.byteLength === 0) return undefined;
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new ApiError('UNSUPPORTED_MEDIA_TYPE');
  return parse(decode(request.body));
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw validationError([{ path: 'body', message: 'is not UTF-8' }]);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw validationError([{ path: 'body', message: `is not JSON: ${(cause as Error).message}` }]);
  }
}
