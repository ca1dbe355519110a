import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as z from 'zod';

/**
 * The name of a deployment, unique in its account and region. Log groups, state machines, bus, schema registry and dashboard
 * carry it. Step Functions bounds it: a machine's name is this one, a hyphen and at most 17 characters, and may have 80.
 */
export const deploymentName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,59}$/, 'must be a letter and up to 59 letters, digits and hyphens');

/** The ids from a construct's stack down to it. `Default` is left out, as CDK leaves it out of logical ids. */
export function idsInStack(scope: Construct): string[] {
  const { scopes } = scope.node;
  const below = scopes.slice(scopes.indexOf(Stack.of(scope)) + 1);
  return below.map(({ node }) => node.id).filter((id) => id !== 'Default');
}
