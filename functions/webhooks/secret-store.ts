import type { Backend } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import { type SigningSecrets, withRotation } from './signing-secret.ts';

type Tables = Pick<Backend, 'table'>;

const sk = 'secrets';

/** The signing secrets of a webhook, or undefined where it is deleted. */
export async function findSecrets(backend: Tables, webhookId: string): Promise<SigningSecrets | undefined> {
  const item = await backend.table('signing-secrets').get({ pk: webhookId, sk });
  return item && (item as unknown as SigningSecrets);
}

/** Sets the one secret of a new webhook. */
export async function createSecret(backend: Tables, webhookId: string, secret: string): Promise<void> {
  await backend.table('signing-secrets').put({ pk: webhookId, sk, current: secret, previous: [], writes: 0 });
}

/**
 * Makes this secret the one that signs; the one before signs for another 24 hours. Undefined where the webhook is deleted,
 * `refused` where too many would sign.
 */
export function rotateSecret(
  backend: Tables,
  webhookId: string,
  secret: string,
  nowMs: number,
): Promise<SigningSecrets | 'refused' | undefined> {
  const table = backend.table('signing-secrets');
  return untilUnchanged(async () => {
    const item = await table.get({ pk: webhookId, sk });
    if (!item) return undefined;
    const writes = item['writes'] as number;
    const rotated = withRotation(item as unknown as SigningSecrets, secret, nowMs);
    if (!rotated) return 'refused';
    await table.put({ ...item, ...rotated, writes: writes + 1 }, { equals: { writes } });
    return rotated;
  });
}

export async function deleteSecrets(backend: Tables, webhookId: string): Promise<void> {
  await backend.table('signing-secrets').delete({ pk: webhookId, sk });
}
