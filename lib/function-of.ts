import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DomainStack } from './domain-stack.ts';

/** The function of a task, whichever domain it is of. */
export function functionOf(domains: readonly DomainStack[], task: string): IFunction {
  const [found] = domains.flatMap(({ functions }) => functions.get(task) ?? []);
  if (!found) throw new Error(`There is no function of the task "${task}"`);
  return found;
}
