import { hash, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../backend/backend.ts';
import { ApiError } from './errors.ts';

const digest = (text: string) => hash('sha256', text, 'buffer');

/**
 * Gives the principal behind an `Authorization` header, a fingerprint of its bearer token, or throws UNAUTHORIZED.
 * The current and the previous token are both compared on every call, in constant time, so that neither the
 * time nor the answer tells which was nearly right. White space around a stored token, such as the end of a line, is none of
 * it.
 */
export async function authenticate(authorization: string | undefined, secrets: Secrets): Promise<string> {
  const presented = /^Bearer ([\x21-\x7e]{1,1024})$/i.exec(authorization ?? '')?.[1] ?? '';
  const presentedDigest = digest(presented);
  const stored = [await secrets.get('token'), await secrets.get('token-previous')];
  const valid = stored.map((token) => token?.trim() ?? '');
  const matches = valid.map((token) => timingSafeEqual(digest(token), presentedDigest) && token !== '');
  if (matches.includes(true)) return presentedDigest.toString('hex').slice(0, 24);
  throw new ApiError('UNAUTHORIZED', { headers: { 'www-authenticate': 'Bearer' } });
}
