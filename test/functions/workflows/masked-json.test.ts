import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../backend/backend.ts';
import { maskedJson } from '../../../functions/workflows/masked-json.ts';

describe('a value that is shown', () => {
  it.each<[Json, Json]>([
    [{ password: 'x' }, { password: '***' }],
    [
      { api_key: 5, secret: true, token: null },
      { api_key: '***', secret: '***', token: null },
    ],
    [{ tokens: ['x', 5, ['y']] }, { tokens: ['***', '***', ['***']] }],
    [{ credentials: { user: 'me', value: 'x' } }, { credentials: '***' }],
    [{ authorization: [{ value: 'x' }] }, { authorization: ['***'] }],
    [{ deep: [{ list: [{ clientSecret: 'x', n: 1 }] }] }, { deep: [{ list: [{ clientSecret: '***', n: 1 }] }] }],
    [{ path: '/x?api_key=x&n=1' }, { path: '/x?api_key=***&n=1' }],
    [{ url: 'https://me:pass@host/x' }, { url: 'https://me:***@host/x' }],
    [['password=x'], ['password=***']],
  ])('has nothing of a field with a secret name, and of texts what is no secret in them (%#)', (value, shown) => {
    expect(maskedJson(value)).toEqual(shown);
  });

  it.each<Json>([null, 5, true, 'text', [], {}, { max_tokens: 8000, token_ttl: 5, list: [1, 'x', null] }])(
    'is as it was where nothing in it is secret: %j',
    (value) => {
      expect(maskedJson(value)).toEqual(value);
    },
  );

  it('has no secret left, however it is wrapped', () => {
    const wrapped = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant<Json>('5ecret'),
        fc.array(tie('value'), { minLength: 1, maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'value', 'user'), tie('value'), { minKeys: 1 }) as fc.Arbitrary<Json>,
      ),
    })).value;
    fc.assert(
      fc.property(wrapped, (value) => {
        expect(JSON.stringify(maskedJson({ outer: [{ password: value }] }))).not.toContain('5ecret');
      }),
      { numRuns: 50 },
    );
  });
});
