import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from './error-code.ts';

/** The signature of a key that may be read until this time, in epoch seconds: HMAC-SHA256 in hex. */
export function signatureOf(signing: Buffer, key: string, expires: number): string {
  return createHmac('sha256', signing).update(`${expires}\n${key}`).digest('hex');
}

/** Compares in constant time. */
export function isSignatureValid(signing: Buffer, asked: { key: string; expires: number; signature: string }): boolean {
  const expected = Buffer.from(signatureOf(signing, asked.key, asked.expires));
  const given = Buffer.from(asked.signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The data folder's own key, made when first asked for, so that URLs outlast the process that signed them. */
export function signingKey(folder: string): Buffer {
  const file = join(folder, 'objects.key');
  try {
    return readFileSync(file);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
  const key = randomBytes(32);
  writeFileSync(`${file}.new`, key, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return key;
}
