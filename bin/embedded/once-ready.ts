import type { RequestListener } from 'node:http';

/**
 * Takes requests at once and hands them over when the listener is there, so that a client that comes while the site is
 * opened waits and gets its answer. When opening fails, their connections are closed.
 */
export function onceReady(opening: Promise<RequestListener>): RequestListener {
  return (request, response) => {
    opening.then(
      (listener) => listener(request, response),
      () => response.destroy(),
    );
  };
}
