import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsMask, maskedChange, maskedValue } from '../../../functions/config/secrecy.ts';

describe('a value is shown without the secrets in it', () => {
  it.each([
    ['postgres://user:s3cret@db:5432/app', 'postgres://user:***@db:5432/app'],
    ['redis://:s3cret@cache:6379/0', 'redis://:***@cache:6379/0'],
    ['postgres://user:s3@cr/et?@db/app', 'postgres://user:***@db/app'],
    ['jdbc:postgresql://db/app?user=x&password=s3cret', 'jdbc:postgresql://db/app?user=x&password=***'],
    ['https://ghp_s3cret@github.com/o/n', 'https://***@github.com/o/n'],
    ['http://a:s3cret@h1 http://b:s3cret@h2', 'http://a:***@h1 http://b:***@h2'],
    ['amqp://a:s3cret@h1,amqp://b:s3cret@h2', 'amqp://a:***@h2'],
    ['http://api/v1?api_key=s3cret&limit=5', 'http://api/v1?api_key=***&limit=5'],
    ['host=db user=app password=s3cret dbname=x', 'host=db user=app password=*** dbname=x'],
    ["host=db password='s3 cret' dbname=x", 'host=db password=*** dbname=x'],
    ['Server=db;Password=s3cret;Timeout=3', 'Server=db;Password=***;Timeout=3'],
    ['--token=s3cret --max-tokens=8000', '--token=*** --max-tokens=8000'],
    ['-Xmx1g -Ddb.password=s3cret', '-Xmx1g -Ddb.password=***'],
    ['{"db":{"password": "s3 \\"cret"},"port":1}', '{"db":{"password": ***},"port":1}'],
    ['password="s3 cret without an end', 'password=***'],
    ['-H "Authorization: Bearer s3cret" -v', '-H "Authorization: *** -v'],
    ['x\n-----BEGIN RSA PRIVATE KEY-----\ns3cret', '***'],
  ])('%s', (value, shown) => {
    expect(maskedValue('SETTING', value)).toBe(shown);
    expect(shown).not.toContain('s3');
  });

  it('and of a variable with the name of a secret nothing is shown, also not that it is empty', () => {
    expect(maskedValue('API_KEY', 's3cret')).toBe('***');
    expect(maskedValue('API_KEY', '')).toBe('***');
  });

  it.each([
    'gpt-4o',
    'http://omni-gitea:3000/a',
    'http://[::1]:8080/',
    'ssh://git@host/repo',
    'me@example.org',
    'a=b;c=d',
    '0 * * * *',
    '{"model":"x","max_tokens":5}',
    '',
  ])('one without secrets is shown as it is: %s', (value) => {
    expect(maskedValue('SETTING', value)).toBe(value);
  });

  it('whatever the password of a URL is', () => {
    const password = fc.stringMatching(/^\S+$/).filter((text) => text.length > 0);
    fc.assert(
      fc.property(password, (secret) => {
        const shown = maskedValue('DATABASE_URL', `postgres://app:${secret}@db:5432/x`);
        expect(shown).toBe('postgres://app:***@db:5432/x');
      }),
    );
  });

  it.each(['a'.repeat(32_768), '://a:'.repeat(6_500), 'key="'.repeat(6_500), '@ '.repeat(16_000), 'a='.repeat(16_000)])(
    'in a time that grows with its length alone (%#)',
    (value) => {
      const before = process.threadCpuUsage();
      maskedValue('SETTING', value);
      expect(process.threadCpuUsage(before).user).toBeLessThan(200_000);
    },
  );
});

describe('a change is shown', () => {
  it('with each value masked by its name, removals as they are, and limits as they are', () => {
    const change = { environment: { TOKEN: 's3cret', MODEL: 'gpt-4o', API_KEY: null }, resources: { cpu_limit: null } };
    expect(maskedChange(change)).toEqual({
      environment: { TOKEN: '***', MODEL: 'gpt-4o', API_KEY: null },
      resources: { cpu_limit: null },
    });
  });
});

describe('a value that came out of an answer is recognised', () => {
  it.each([
    '***',
    ' *** ',
    'postgres://user:***@db/app',
    'https://***@github.com',
    'host=db password=***',
    '{"password": ***}',
    '{"password": "***"}',
    'http://api?token=***&x=1',
  ])('%s', (value) => {
    expect(holdsMask(value)).toBe(true);
  });

  it.each(['****', 'a *** b', '/**/***', '* * * * *', '', 'x=***', 'postgres://user:pw@db/***'])(
    'and other asterisks are not mistaken for it: %s',
    (value) => {
      expect(holdsMask(value)).toBe(false);
    },
  );

  it('always, when anything was hidden', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^(\w{0,5}(:\/\/|:|@|=|password|token|"| )){0,9}$/));
    fc.assert(
      fc.property(text, (value) => {
        const shown = maskedValue('SETTING', value);
        expect(shown === value || holdsMask(shown)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
