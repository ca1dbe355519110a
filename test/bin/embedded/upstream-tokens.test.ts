import { describe, expect, it } from 'vitest';
import { checkUpstreamTokens } from '../../../bin/embedded/upstream-tokens.ts';
import { readCatalogue } from '../../../platform/read-catalogue.ts';

const catalogue = readCatalogue(new URL('../../../platform/catalogue.json', import.meta.url));
const check = (environment: Record<string, string>) => () => checkUpstreamTokens(environment, catalogue);

describe('credentials for services', () => {
  it('may be left out, be empty, and have blanks around them', () => {
    expect(check({ PATH: '/bin', UPSTREAM_TOKEN_CODE_FORGE: '', UPSTREAM_TOKEN_REDIS: ' s3cret\n' })).not.toThrow();
  });

  it.each(['two words', 'tökén', 'a\nb', '\u0000', '   '])(
    'with what no header can carry are refused: %j',
    (secret) => {
      expect(check({ UPSTREAM_TOKEN_CODE_FORGE: secret })).toThrow(
        /^The settings are not valid:\n {2}UPSTREAM_TOKEN_CODE_FORGE: must be printable ASCII characters without spaces$/,
      );
    },
  );

  it('for a service that the catalogue does not have are refused, all at once, and none is quoted', () => {
    const wrong = check({ UPSTREAM_TOKEN_NOPE: 'hunter2', UPSTREAM_TOKEN_CODE_FORGE: 'hunter 2' });
    expect(wrong).toThrow(/UPSTREAM_TOKEN_NOPE: is for no service of the catalogue\n {2}UPSTREAM_TOKEN_CODE_FORGE: /);
    expect(wrong).not.toThrow(/hunter/);
  });
});
