import { expect, it } from 'vitest';
import { type Access, needsPlatformNetwork } from '../../../backend/resources.ts';
import { AccessNotDeclared } from '../../../backend/restricted.ts';
import { restrictReach } from '../../../functions/core/reach.ts';

const whole = {
  prober: {
    probe: async () => ({ result: 'good', reason: null, isNetworkProof: true, atMs: 0, latencyMs: 1 }) as const,
    begun: async () => undefined,
  },
  receivers: {
    refusalOf: async () => undefined,
    post: async () => ({ durationMs: 1, error: 'connection refused' }),
  },
};

const message = { url: 'http://hooks.example.com/', headers: {}, body: '{}' };

it.each<[string, Access, string[]]>([
  ['nothing', {}, []],
  ['probes', { probes: true }, ['probe', 'begun']],
  ['checks of receivers', { receivers: 'check' }, ['check']],
  ['posts to receivers', { receivers: 'post' }, ['check', 'post']],
])(
  'a function that declares %s can do that, and is told of all else that it does not declare it',
  async (_, access, can) => {
    const { prober, receivers } = restrictReach(whole, access);
    const acts = {
      probe: () => prober.probe({} as never),
      begun: () => prober.begun(),
      check: () => receivers.refusalOf(message.url),
      post: () => receivers.post(message),
    };
    for (const [name, act] of Object.entries(acts)) {
      if (can.includes(name)) await act();
      else await expect(act(), name).rejects.toThrow(AccessNotDeclared);
    }
  },
);

it('what a function declares and its home does not have is told as undeclared', async () => {
  const { receivers } = restrictReach({}, { receivers: 'post' });
  await expect(receivers.post(message)).rejects.toThrow(AccessNotDeclared);
  await expect(receivers.refusalOf(message.url)).rejects.toThrow(AccessNotDeclared);
});

it.each<[Access, boolean]>([
  [{}, false],
  [{ receivers: 'check' }, false],
  [{ receivers: 'post' }, true],
  [{ probes: true }, true],
  [{ containers: true }, true],
  [{ services: ['code-forge'] }, true],
])('a function with the access %j needs a place in the network of the services: %s', (access, isNeeded) => {
  expect(needsPlatformNetwork(access)).toBe(isNeeded);
});
