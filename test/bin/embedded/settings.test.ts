import { describe, expect, it } from 'vitest';
import { readEmbeddedSettings } from '../../../bin/embedded/settings.ts';

describe('the settings of the embedded home', () => {
  it('may all be left out, and an empty variable counts as unset', () => {
    expect(readEmbeddedSettings({})).toMatchObject({ port: 8080, functions: { monitorSeconds: 5 } });
    expect(readEmbeddedSettings({ MONITOR_SECONDS: '', ORCHESTRATOR_CATALOGUE: '' })).toEqual(readEmbeddedSettings({}));
  });

  it('leave the monitor stage the time of the functions where the platform is not the simulated one', () => {
    const { functions } = readEmbeddedSettings({ ORCHESTRATOR_CATALOGUE: 'catalogue.json' });
    expect(functions.monitorSeconds).toBe(60);
  });

  it('name all that is wrong at once, of home and functions, by itself and between settings', () => {
    const environment = {
      PORT: 'many',
      LOG_LEVEL: 'LOUD',
      PROBE_TIMEOUT_MS: '20000',
      STAGE_DEADLINES: 'monitor=5',
      ORCHESTRATOR_TOKEN: 'short',
      ORCHESTRATOR_HOOK_SECRET: 'fifteen letters',
    };
    const wrong = ['PORT', 'LOG_LEVEL', 'PROBE_TIMEOUT_MS', 'MONITOR_SECONDS', 'ORCHESTRATOR_TOKEN'];
    for (const name of [...wrong, 'ORCHESTRATOR_HOOK_SECRET'])
      expect(() => readEmbeddedSettings(environment)).toThrow(`\n  ${name}: `);
  });

  it('take the URL of a proxy, whose path may or may not end in a slash', () => {
    const publicUrlOf = (url: string) => readEmbeddedSettings({ ORCHESTRATOR_PUBLIC_URL: url }).publicUrl;
    expect(publicUrlOf('https://ops.example.com/omni/')).toBe('https://ops.example.com/omni');
    expect(publicUrlOf('https://ops.example.com')).toBe('https://ops.example.com');
    for (const wrong of ['ops.example.com', 'ftp://ops.example.com', 'https://ops.example.com/?a=b', 'https://a.b/#c'])
      expect(() => publicUrlOf(wrong)).toThrow('\n  ORCHESTRATOR_PUBLIC_URL: ');
  });

  it.each(['http://u:hunter2@x', 'https://hunter2@ops.example.com/omni', 'http:\\\\u:hunter2@x'])(
    'take no credentials in the URL of a proxy, and quote none: %s',
    (url) => {
      const read = () => readEmbeddedSettings({ ORCHESTRATOR_PUBLIC_URL: url });
      expect(read).toThrow('\n  ORCHESTRATOR_PUBLIC_URL: ');
      expect(read).not.toThrow('hunter2');
    },
  );

  it.each(['0x1F90', '1e4', ' 80', '-1', '65536', '80.5', '+80'])('take a port in digits alone: %j is none', (PORT) => {
    expect(() => readEmbeddedSettings({ PORT })).toThrow('\n  PORT: ');
  });

  it('take no hook secret that is mostly blanks', () => {
    for (const ORCHESTRATOR_HOOK_SECRET of [' '.repeat(20), `secret${' '.repeat(20)}`])
      expect(() => readEmbeddedSettings({ ORCHESTRATOR_HOOK_SECRET })).toThrow('\n  ORCHESTRATOR_HOOK_SECRET: ');
    expect(() => readEmbeddedSettings({ ORCHESTRATOR_HOOK_SECRET: 'a secret of words' })).not.toThrow();
  });

  it('are judged with the time that the monitor stage has beside the simulated platform', () => {
    expect(readEmbeddedSettings({ STAGE_DEADLINES: 'monitor=6' }).functions.monitorSeconds).toBe(5);
  });
});
