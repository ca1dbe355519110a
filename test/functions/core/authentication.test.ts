import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Secrets } from '../../../backend/backend.ts';
import type { SecretName } from '../../../backend/resources.ts';
import { authenticate } from '../../../functions/core/authentication.ts';
import { ApiError } from '../../../functions/core/errors.ts';

function secrets(values: Partial<Record<SecretName, string>>): Secrets & { asked: SecretName[] } {
  const asked: SecretName[] = [];
  return {
    asked,
    get: async (name) => {
      asked.push(name);
      return values[name];
    },
  };
}

const both = { token: 'current-token-123456', 'token-previous': 'former-token-1234567' };

async function refusalOf(authorization: string | undefined, values: Partial<Record<SecretName, string>>) {
  const error = await authenticate(authorization, secrets(values)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('a valid token', () => {
  it('is the current one or the previous one, and each is a principal of its own', async () => {
    const current = await authenticate(`Bearer ${both.token}`, secrets(both));
    const former = await authenticate(`Bearer ${both['token-previous']}`, secrets(both));
    expect(current).not.toBe(former);
  });

  it('gives the same principal each time: a fingerprint that does not hold the token', async () => {
    const principal = await authenticate(`Bearer ${both.token}`, secrets(both));
    expect(principal).toBe(createHash('sha256').update(both.token).digest('hex').slice(0, 24));
    expect(await authenticate(`bearer ${both.token}`, secrets(both))).toBe(principal);
  });

  it('is taken without the end of a line that was stored with it', async () => {
    const stored = secrets({ token: `${both.token}\n` });
    expect(await authenticate(`Bearer ${both.token}`, stored)).toBe(
      await authenticate(`Bearer ${both.token}`, secrets(both)),
    );
  });

  it('is enough when the deployment has no previous one', async () => {
    await expect(authenticate(`Bearer ${both.token}`, secrets({ token: both.token }))).resolves.toMatch(/^[0-9a-f]+$/);
  });
});

describe('anything else is UNAUTHORIZED with WWW-Authenticate', () => {
  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['only the scheme', 'Bearer'],
    ['an empty token', 'Bearer '],
    ['another scheme', `Basic ${both.token}`],
    ['no scheme', both.token],
    ['two spaces', `Bearer  ${both.token}`],
    ['a trailing space', `Bearer ${both.token} `],
    ['two tokens', `Bearer ${both.token} ${both.token}`],
    ['a longer token', `Bearer ${both.token}x`],
    ['a shorter token', `Bearer ${both.token.slice(0, -1)}`],
    ['a token in another case', `Bearer ${both.token.toUpperCase()}`],
    ['a token beyond 1,024 characters', `Bearer ${'x'.repeat(1025)}`],
    ['a token with a line break', `Bearer ${both.token}\n`],
  ])('%s', async (_, authorization) => {
    const refusal = await refusalOf(authorization, both);
    expect(refusal).toMatchObject({ code: 'UNAUTHORIZED', status: 401, headers: { 'www-authenticate': 'Bearer' } });
  });

  it.each([
    ['empty', { token: '', 'token-previous': '' }],
    ['missing', {}],
  ])('whatever is presented where the secrets are %s', async (_, values) => {
    for (const authorization of ['Bearer ', 'Bearer', undefined, 'Bearer undefined', 'Bearer x']) {
      expect((await refusalOf(authorization, values)).status).toBe(401);
    }
  });

  it('with the same words for every reason, so that nothing can be learned from them', async () => {
    const refusals = await Promise.all([undefined, 'Bearer x', `Bearer ${both.token}x`].map((a) => refusalOf(a, both)));
    const words = new Set(refusals.map(({ message, details }) => JSON.stringify([message, details])));
    expect(words.size).toBe(1);
  });
});

it('both secrets are read and compared on every call, whichever matches', async () => {
  for (const authorization of [`Bearer ${both.token}`, `Bearer ${both['token-previous']}`, 'Bearer x', undefined]) {
    const store = secrets(both);
    await authenticate(authorization, store).catch((error: unknown) => expect(error).toBeInstanceOf(ApiError));
    expect(store.asked).toEqual(['token', 'token-previous']);
  }
});
