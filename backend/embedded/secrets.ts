import type { Secrets } from '../backend.ts';
import type { SecretName } from '../resources.ts';

/** Secrets from the given environment. An empty variable is none. */
export function secretsOf(environment: Record<string, string | undefined>): Secrets {
  return { get: async (name) => environment[variableOf(name)] || undefined };
}

/** Begins the variables of credentials for services. */
export const upstreamPrefix = 'UPSTREAM_TOKEN_';

/**
 * The variable of a secret: `token` is `ORCHESTRATOR_TOKEN`, `upstream/code-forge` is `UPSTREAM_TOKEN_CODE_FORGE`, and
 * `hooks` is `ORCHESTRATOR_HOOK_SECRET`, since its value is one secret and no list of hooks.
 */
export function variableOf(name: SecretName): string {
  if (name === 'hooks') return 'ORCHESTRATOR_HOOK_SECRET';
  const upstream = /^upstream\/(.+)$/.exec(name)?.[1];
  return upstream ? `${upstreamPrefix}${upperSnake(upstream)}` : `ORCHESTRATOR_${upperSnake(name)}`;
}

function upperSnake(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]+/g, '_').toUpperCase();
}
