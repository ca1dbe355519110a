import type { Secrets } from '../../backend/backend.ts';
import { UpstreamNotConfigured } from './errors.ts';

/** Services whose credential does not go as `Authorization: Bearer <secret>`. */
const headerForms: Record<string, HeaderForm> = {
  'source-control': { header: 'authorization', prefix: 'token ' },
  'container-manager': { header: 'x-api-key', prefix: '' },
  'backup-fortress': { header: 'x-api-key', prefix: '' },
};

/**
 * The service's credential in the header it is expected in, or undefined where the deployment has none for it. Throws
 * {@link UpstreamNotConfigured} for a secret that no header can carry, without quoting it.
 */
export async function credentialFor(service: string, secrets: Secrets): Promise<Credential | undefined> {
  const secret = (await secrets.get(`upstream/${service}`))?.trim();
  if (!secret) return undefined;
  if (!isHeaderText(secret)) {
    throw new UpstreamNotConfigured(service, 'its credential holds characters that a header cannot carry');
  }
  const { header, prefix } = headerForms[service] ?? bearer;
  return { header, value: `${prefix}${secret}`, secret };
}

/** Whether a secret can go in a header as it is: printable ASCII characters without spaces. */
export function isHeaderText(secret: string): boolean {
  return /^[\x21-\x7e]+$/.test(secret);
}

export interface Credential {
  header: string;
  value: string;
  secret: string;
}

interface HeaderForm {
  header: string;
  prefix: string;
}

const bearer: HeaderForm = { header: 'authorization', prefix: 'Bearer ' };
