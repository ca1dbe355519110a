import * as z from 'zod';

/**
 * What the secret of the container hosts holds: JSON that gives each address, as catalogue or settings write it, its
 * certificates as PEM texts, and under `default` those of every other address.
 */
const hostCertificates = z.record(
  z.string(),
  z.strictObject({
    ca: pem('CERTIFICATE').describe('Who signed the certificate of the host.'),
    cert: pem('CERTIFICATE').describe('The certificate of the orchestrator, for clients.'),
    key: pem('PRIVATE KEY').describe('The key of that certificate.'),
  }),
);

export type HostCertificates = z.output<typeof hostCertificates>;

/** The certificates in the secret, or what is wrong with it, in words that quote nothing of it. */
export function parseHostCertificates(
  text: string,
): { certificates: HostCertificates; problem?: undefined } | { problem: string } {
  const json = jsonOf(text);
  if (json === undefined) return { problem: 'must be JSON' };
  const { data, error } = hostCertificates.safeParse(json);
  if (data) return { certificates: data };
  const [issue] = error.issues;
  return { problem: [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ') };
}

/** A private key says of which kind it is before that, as in `EC PRIVATE KEY`. */
function pem(label: string) {
  const begin = new RegExp(`^\\s*-----BEGIN ([A-Z ]+ )?${label}-----`);
  return z.string().regex(begin, `must be a PEM text that begins with a ${label.toLowerCase()}`);
}

/** Undefined for what is no JSON; the parser's message would quote the secret. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
