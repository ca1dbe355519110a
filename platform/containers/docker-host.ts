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
  );
