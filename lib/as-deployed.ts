/** As long as the references become that CloudFormation knows by itself, at the most. */
const known: Record<string, string> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '111122223333',
};

/** An ARN of a table, a queue or a secret is about as long, and so is what else a reference stands for at the most. */
const referenceLength = 100;

/**
 * A resolved value of a template with text in place of each reference, about as long as what CloudFormation puts there, so
 * that sizes can be judged before a deployment.
 */
export function asDeployed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asDeployed);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: reference, 'Fn::Join': join, ...others } = value as Record<string, unknown>;
  if (reference !== undefined) return known[String(reference)] ?? 'x'.repeat(referenceLength);
  if (join !== undefined) {
    const [separator, parts] = join as [string, unknown[]];
    return parts.map((part) => String(asDeployed(part))).join(separator);
  }
  const entries = Object.entries(others);
  if (entries.some(([name]) => name.startsWith('Fn::'))) return 'x'.repeat(referenceLength);
  return Object.fromEntries(entries.map(([name, each]) => [name, asDeployed(each)]));
}
