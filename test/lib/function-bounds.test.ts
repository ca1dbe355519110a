import { describe, expect, it } from 'vitest';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { everyChoice, synthesise } from './synthesised.ts';

/** Everything that can be chosen, and a secret by name for every service of the catalogue. */
const { services } = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
const upstreamSecrets = Object.fromEntries(services.map(({ name }) => [name, `omni/${name}`]));
const { ofType } = synthesise({ ...everyChoice, upstreamSecrets });

/** An ARN of a table, a queue or a secret is about as long, and so is what else a reference stands for at the most. */
const referenceLength = 100;

const known: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '111122223333',
  'AWS::StackName': 'OmniOrchestrator',
};

/** The template's value as text, with what CloudFormation puts in as long as it becomes. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (Ref !== undefined) return known[String(Ref)] ?? 'x'.repeat(referenceLength);
  if (attribute !== undefined) return 'x'.repeat(referenceLength);
  if (join !== undefined) {
    const [separator, parts] = join as [string, unknown[]];
    return parts.map((part) => String(resolved(part))).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each)]));
}

describe('with a secret for every service', () => {
  it.each(ofType('AWS::Lambda::Function'))(
    '%s has far less than the 4 KB of environment that Lambda takes',
    (_, lambda) => {
      const { Variables = {} } = (lambda.Properties['Environment'] ?? {}) as { Variables?: Record<string, unknown> };
      const bytes = Buffer.byteLength(JSON.stringify(resolved(Variables)));
      expect(bytes).toBeLessThan(3500);
    },
  );

  it.each(ofType('AWS::IAM::Role'))('%s has no more policy of its own than the 10,240 characters of IAM', (_, role) => {
    const policies = (role.Properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
    const texts = policies.map(({ PolicyDocument }) => JSON.stringify(resolved(PolicyDocument)).replaceAll(/\s/g, ''));
    expect(texts.join('').length).toBeLessThan(10_240);
  });
});
