import { describe, expect, it } from 'vitest';
import type { Secrets } from '../../backend/backend.ts';
import type { SecretName } from '../../backend/resources.ts';

/** What an adapter brings so that the secrets suite can prove it: secrets of a deployment that has exactly these. */
export interface SecretsHarness {
  name: string;
  open(values: Partial<Record<SecretName, string>>): Promise<{ secrets: Secrets; close(): Promise<void> }>;
}

/** Declares the tests of what the Secrets port promises. */
export function describeSecrets(harness: SecretsHarness): void {
  describe(`secrets of ${harness.name}`, () => {
    it('a secret that the deployment has is given, again and again; one that it has not is undefined', async () => {
      const opened = await harness.open({ token: 'tökén one', 'upstream/code-forge': 'two' });
      expect(await opened.secrets.get('token')).toBe('tökén one');
      expect(await opened.secrets.get('token')).toBe('tökén one');
      expect(await opened.secrets.get('upstream/code-forge')).toBe('two');
      expect(await opened.secrets.get('token-previous')).toBeUndefined();
      expect(await opened.secrets.get('upstream/source-control')).toBeUndefined();
      await opened.close();
    });
  });
}
