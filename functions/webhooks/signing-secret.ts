import { randomBytes } from 'node:crypto';

/** The prefix that says that a secret is Base64, from Standard Webhooks. */
const prefix = 'whsec_';

/** Of a key, in bytes: what Standard Webhooks asks for. */
const keyBytes = { min: 24, max: 64 };

/** Of a secret that is text, in characters: less could be guessed, more is no safer. */
const textLength = { min: 16, max: 256 };

/** From decisions: after a rotation the secret before signs too, for a day. */
const rotationMs = 24 * 3_600_000;

/** So many earlier secrets sign at most: none is dropped before its time, so that many rotations in a day are refused. */
const previousMax = 5;

/** The secrets of one webhook: the one that signs, and earlier ones that sign too for a while. */
export interface SigningSecrets {
  current: string;
  previous: { secret: string; untilMs: number }[];
}

/** A new secret with 192 random bits, as Standard Webhooks writes it. */
export function newSecret(): string {
  return `${prefix}${randomBytes(keyBytes.min).toString('base64')}`;
}

/** What is wrong with a secret that a user brings, or undefined. */
export function secretProblem(secret: string): string | undefined {
  if (!secret.startsWith(prefix)) {
    const isLong = secret.length >= textLength.min && secret.length <= textLength.max;
    return isLong ? undefined : `must have ${textLength.min} to ${textLength.max} characters`;
  }
  const key = keyOf(secret);
  const { byteLength } = key;
  const written = secret.slice(prefix.length);
  if (written === '' || key.toString('base64') !== written) return `must be Base64, with its padding, after ${prefix}`;
  const isLong = byteLength >= keyBytes.min && byteLength <= keyBytes.max;
  return isLong ? undefined : `must be ${keyBytes.min} to ${keyBytes.max} bytes in Base64 after ${prefix}`;
}

/** The bytes that a secret stands for: Base64 after `whsec_`, any other is its UTF-8. */
export function keyOf(secret: string): Buffer {
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8');
}

/** The secrets after a rotation: the one so far signs for another 24 hours. Undefined when too many would sign. */
export function withRotation(secrets: SigningSecrets, secret: string, nowMs: number): SigningSecrets | undefined {
  if (secret === secrets.current) return secrets;
  const unexpired = secrets.previous.filter(({ untilMs, secret: earlier }) => untilMs > nowMs && earlier !== secret);
  if (unexpired.length >= previousMax) return undefined;
  return { current: secret, previous: [{ secret: secrets.current, untilMs: nowMs + rotationMs }, ...unexpired] };
}

/** The secrets that sign now, the newest first. */
export function signingSecrets({ current, previous }: SigningSecrets, nowMs: number): string[] {
  return [current, ...previous.filter(({ untilMs }) => untilMs > nowMs).map(({ secret }) => secret)];
}
