import * as z from 'zod';

/**
 * The address of a container host's engine. `unix:///<path>` is a socket of this machine, `tcp://<host>:<port>` is plain,
 * `https://<host>:<port>` is TLS with a client certificate, and so is `tcp://` on 2376, the port that is registered for it.
 */
export const dockerHost = z
  .string()
  .regex(
    /^(unix:\/\/\/\S+|(tcp|https):\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}\/?)$/,
    'must be unix:///<path>, tcp://<host>:<port> or https://<host>:<port>',
  )
  .refine(isAddress, 'must have a host that a URL can have, and a port from 1 to 65535');

function isAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).port !== '0';
}
