import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { environmentName } from '../../../backend/aws/environment.ts';
import { secretsManager } from '../../../backend/aws/secrets.ts';
import type { SecretName } from '../../../backend/resources.ts';
import { describeSecrets } from '../../suites/secrets-suite.ts';
import { settableClock } from '../../suites/settable-clock.ts';

const client = new SecretsManagerClient();

describeSecrets({
  name: 'Secrets Manager',
  async open(values) {
    const created = await Promise.all(
      Object.entries(values).map(([name, value]) => createSecret(name as SecretName, String(value))),
    );
    return {
      secrets: secretsManager(client),
      async close() {
        vi.unstubAllEnvs();
        await Promise.all(created.map(deleteSecret));
      },
    };
  },
});

describe('rotation of the token', () => {
  it('a new value is in use after 5 minutes, and the one before it stays valid as token-previous', async () => {
    const arn = await createSecret('token', 'first');
    onTestFinished(() => deleteSecret(arn));
    const clock = settableClock();
    const secrets = secretsManager(client, clock);
    const both = async () => [await secrets.get('token'), await secrets.get('token-previous')];
    expect(await both()).toEqual(['first', undefined]);
    await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'second' }));
    clock.advance(5 * 60_000 - 1);
    expect(await both()).toEqual(['first', undefined]);
    clock.advance(1);
    expect(await both()).toEqual(['second', 'first']);
  });
});

async function createSecret(name: SecretName, value: string): Promise<string> {
  const { ARN: arn = '' } = await client.send(
    new CreateSecretCommand({ Name: `${randomUUID()}/${name}`, SecretString: value }),
  );
  vi.stubEnv(environmentName('secret', name), arn);
  return arn;
}

async function deleteSecret(arn: string) {
  await client.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }));
}
