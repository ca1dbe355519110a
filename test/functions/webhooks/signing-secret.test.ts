import { describe, expect, it } from 'vitest';
import {
  keyOf,
  newSecret,
  type SigningSecrets,
  secretProblem,
  signingSecrets,
  withRotation,
} from '../../../functions/webhooks/signing-secret.ts';

const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

describe('a secret', () => {
  it('that is made is whsec_ and 192 random bits', () => {
    const made = newSecret();
    expect(made).toMatch(/^whsec_/);
    expect(keyOf(made)).toHaveLength(24);
    expect(secretProblem(made)).toBeUndefined();
    expect(newSecret()).not.toBe(made);
  });

  it.each([
    ['webhook_signing_secret', undefined],
    ['x'.repeat(16), undefined],
    ['x'.repeat(15), '16 to 256'],
    ['x'.repeat(257), '16 to 256'],
    ['', '16 to 256'],
    [`whsec_${base64(24)}`, undefined],
    [`whsec_${base64(64)}`, undefined],
    [`whsec_${base64(23)}`, '24 to 64'],
    [`whsec_${base64(65)}`, '24 to 64'],
    ['whsec_', 'Base64'],
    [`whsec_${'*'.repeat(40)}`, 'Base64'],
    [`whsec_${'A'.repeat(33)}`, 'Base64'],
  ])('%s is refused for: %s', (secret, problem) => {
    const found = secretProblem(secret);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });

  it('stands for its Base64 after whsec_, and for its UTF-8 otherwise', () => {
    expect(keyOf('whsec_AAEC')).toEqual(Buffer.from([0, 1, 2]));
    expect(keyOf('schlüssel')).toEqual(Buffer.from('schlüssel', 'utf8'));
  });
});

describe('a rotation', () => {
  const day = 24 * 3_600_000;
  const first: SigningSecrets = { current: 'a', previous: [] };
  const rotated = (secrets: SigningSecrets, next: string, nowMs: number) =>
    withRotation(secrets, next, nowMs) as SigningSecrets;

  it('lets the secret before sign for another 24 hours, and no longer', () => {
    const after = rotated(first, 'b', 0);
    expect(signingSecrets(after, 0)).toEqual(['b', 'a']);
    expect(signingSecrets(after, day - 1)).toEqual(['b', 'a']);
    expect(signingSecrets(after, day)).toEqual(['b']);
  });

  it('lets up to five earlier secrets sign, and is refused beyond, until the first of them is over', () => {
    const sixth = ['b', 'c', 'd', 'e', 'f'].reduce((secrets, next, nowMs) => rotated(secrets, next, nowMs), first);
    expect(signingSecrets(sixth, 5)).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
    expect(withRotation(sixth, 'g', 5)).toBeUndefined();
    expect(signingSecrets(rotated(sixth, 'g', day), day)).toEqual(['g', 'f', 'e', 'd', 'c', 'b']);
  });

  it('to the secret that signs already changes nothing, and back to an earlier one leaves it in one place', () => {
    expect(withRotation(first, 'a', 0)).toBe(first);
    expect(signingSecrets(rotated(rotated(first, 'b', 0), 'a', 1), 2)).toEqual(['a', 'b']);
  });
});
