import type { MachineName, QueueName, SecretName, TableName } from '../resources.ts';

interface Named {
  table: TableName;
  queue: QueueName;
  /** Where a queue's dead letters go. */
  dead_letters: QueueName;
  machine: MachineName;
  bus: 'events';
  bucket: 'artifacts';
  secret: SecretName;
}

/**
 * The environment variable in which CDK hands a resource to a function: `table`, `pipelines` gives `TABLE_PIPELINES`.
 * Values are a table's, bus's or bucket's name, a queue's URL, and a state machine's or secret's ARN.
 */
export function environmentName<Kind extends keyof Named>(kind: Kind, name: Named[Kind]): string {
  return `${kind}_${name}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/** The value of a resource's environment variable. Throws, naming the variable, where the function was given none. */
export function environmentValue<Kind extends keyof Named>(kind: Kind, name: Named[Kind]): string {
  const variable = environmentName(kind, name);
  const value = process.env[variable];
  if (value) return value;
  throw new Error(`${variable} is not set: the function's access does not name the ${kind} "${name}"`);
}
