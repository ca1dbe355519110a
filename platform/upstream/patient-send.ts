import { type Duplex, pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { Send } from './send.ts';

/** Node's own fetch gives up after five minutes without an answer, however long the caller would wait. */
const patient = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/**
 * Sends calls that may take longer than five minutes: only their own signal ends them. It costs a third of the CPU time of
 * fetch, whose streams and checks are made for browsers. Rejects with undici's or Node's error, or the signal's reason.
 */
export const patientSend: Send = async (url, { method, headers, body, signal }) => {
  const { origin, pathname, search } = url;
  const answer = await request.call(patient, {
    origin,
    path: `${pathname}${search}`,
    method,
    headers: Object.fromEntries(headers),
    body,
    signal,
  });
  const status = answer.statusCode;
  const get = (name: string) => [answer.headers[name] ?? []].flat().join(', ') || null;
  return { status, ok: status >= 200 && status < 300, headers: { get }, body: decoded(answer.body, get) };
};

/** Nobody is asked to compress, yet some proxies do. */
const decoders = new Map<string, () => Duplex>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

function decoded(body: Readable, get: (name: string) => string | null): Readable {
  const decoder = decoders.get(get('content-encoding')?.toLowerCase() ?? '')?.();
  // Its callback has nothing to do: whoever reads the decoder's end is told of a failure of either.
  return decoder ? pipeline(body, decoder, () => undefined) : body;
}
