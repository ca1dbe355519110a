import { expect, it } from 'vitest';
import { secretsOf, variableOf } from '../../../backend/embedded/secrets.ts';
import type { SecretName } from '../../../backend/resources.ts';
import { describeSecrets } from '../../suites/secrets-suite.ts';

describeSecrets({
  name: 'the embedded home',
  async open(values) {
    const variables = Object.entries(values).map(([name, value]) => [variableOf(name as SecretName), value]);
    return { secrets: secretsOf(Object.fromEntries(variables)), close: async () => {} };
  },
});

it('secrets are read from variables named for them', () => {
  expect(variableOf('token')).toBe('ORCHESTRATOR_TOKEN');
  expect(variableOf('token-previous')).toBe('ORCHESTRATOR_TOKEN_PREVIOUS');
  expect(variableOf('hooks')).toBe('ORCHESTRATOR_HOOK_SECRET');
  expect(variableOf('upstream/neo4j-graphrag-api')).toBe('UPSTREAM_TOKEN_NEO4J_GRAPHRAG_API');
});

it('an empty variable is no secret', async () => {
  expect(await secretsOf({ ORCHESTRATOR_TOKEN: '' }).get('token')).toBeUndefined();
});
