import { describe, expect, it } from 'vitest';
import { readEmbeddedSettings } from '../../../bin/embedded/settings.ts';
import { startMessage } from '../../../bin/embedded/start-message.ts';
import type { Token } from '../../../bin/embedded/token.ts';

const value = 'a-token-0123456789';

interface Case {
  source: Token['source'];
  isTerminal: boolean;
  file?: string;
}

function messageOf({ source, isTerminal, file = '.data/token' }: Case): string {
  return startMessage({
    baseUrl: 'http://127.0.0.1:8080',
    token: { value, source, file },
    settings: readEmbeddedSettings({}),
    simulated: { controlUrl: 'http://127.0.0.1:9090', engineUrl: 'http://127.0.0.1:9091' },
    isTerminal,
  });
}

describe('the start-up message', () => {
  it.each<Case & { bearer: string }>([
    { source: 'generated', isTerminal: false, bearer: value },
    { source: 'generated', isTerminal: true, bearer: value },
    { source: 'kept', isTerminal: true, bearer: value },
    { source: 'kept', isTerminal: false, bearer: '$(cat .data/token)' },
    { source: 'ORCHESTRATOR_TOKEN', isTerminal: true, bearer: '$ORCHESTRATOR_TOKEN' },
    { source: 'ORCHESTRATOR_TOKEN', isTerminal: false, bearer: '$ORCHESTRATOR_TOKEN' },
  ])('sends $bearer when the token is $source and isTerminal is $isTerminal', ({ bearer, ...given }) => {
    const message = messageOf(given);
    expect(new Set(message.match(/Bearer .*?"/g))).toEqual(new Set([`Bearer ${bearer}"`]));
    expect(message.includes(value)).toBe(bearer === value);
  });

  it('quotes a file name that a shell would take apart', () => {
    const message = messageOf({ source: 'kept', isTerminal: false, file: "/a b/it's/token" });
    expect(message).toContain(`Bearer $(cat '/a b/it'\\''s/token')"`);
  });
});
