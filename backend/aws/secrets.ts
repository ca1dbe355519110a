import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Clock, type Secrets, systemClock } from '../backend.ts';
import type { SecretName } from '../resources.ts';
import { environmentName } from './environment.ts';

/** A rotated value is in use after 5 minutes at most, at 12 requests an hour and warm function. */
const cachedMs = 5 * 60 * 1000;

interface Cached {
  until: number;
  value: Promise<string | undefined>;
}

/**
 * Secrets of Secrets Manager. `token-previous` is the AWSPREVIOUS version of the token's secret: storing a new token
 * keeps the old one valid until the next is stored, or until its stage label is taken away.
 */
export function secretsManager(client = new SecretsManagerClient(), clock: Clock = systemClock): Secrets {
  const cache = new Map<SecretName, Cached>();
  return {
    get(name) {
      const cached = cache.get(name);
      if (cached && cached.until > clock.now()) return cached.value;
      const value = read(client, name);
      cache.set(name, { until: clock.now() + cachedMs, value });
      value.catch(() => cache.delete(name));
      return value;
    },
  };
}

async function read(client: SecretsManagerClient, name: SecretName): Promise<string | undefined> {
  const isPrevious = name === 'token-previous';
  const secretId = process.env[environmentName('secret', isPrevious ? 'token' : name)];
  if (!secretId) return undefined;
  const stage = isPrevious ? 'AWSPREVIOUS' : 'AWSCURRENT';
  try {
    const { SecretString: value } = await client.send(
      new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }),
    );
    return value;
  } catch (error) {
    if (isPrevious && error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
