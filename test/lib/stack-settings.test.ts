import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readStackSettings } from '../../lib/stack-settings.ts';
import { everyChoice } from './synthesised.ts';

const read = (context: Record<string, unknown>) => readStackSettings(new App({ context }).node);

describe('the CDK context', () => {
  it('may be empty', () => {
    expect(read({})).toMatchObject({ stackName: 'OmniOrchestrator', logRetentionDays: 90, destroyOnDelete: false });
    expect(read({}).catalogue.services).toHaveLength(37);
  });

  it('is the same as objects in cdk.json and as JSON on the command line', () => {
    const asText = Object.entries(everyChoice).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(read(Object.fromEntries(asText))).toEqual(read(everyChoice));
  });

  it.each([
    { context: { logRetentionDays: 91 }, says: /logRetentionDays: / },
    { context: { destroyOnDelete: 'yes' }, says: /destroyOnDelete: / },
    { context: { vpc: { id: 'vpc-1' } }, says: /vpc\.subnetIds: / },
    { context: { vpc: 'vpc-1' }, says: /vpc: must be JSON/ },
    {
      context: { upstreamSecrets: { 'code-fudge': 'x' } },
      says: /upstreamSecrets\.code-fudge: is not in the catalogue/,
    },
    { context: { rateLimits: { reads: 5 } }, says: /"reads=5" is not/ },
    { context: { stageDeadlines: { generate: 0 } }, says: /stageDeadlines\.generate: / },
    { context: { logLevel: 'LOUD' }, says: /LOG_LEVEL: / },
  ])('$context is refused with what is wrong', ({ context, says }) => {
    expect(() => read(context)).toThrow(says);
  });

  it('names everything that is wrong at once', () => {
    expect(() => read({ logRetentionDays: 2, artifactDays: 0 })).toThrow(/logRetentionDays.*\n.*artifactDays/);
  });
});
