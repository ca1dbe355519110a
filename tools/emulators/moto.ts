import type { Emulator, Gap } from './emulator.ts';

const version = '5.2.5';
const tableSuite = 'test/backend/aws/table.aws.test.ts';

/**
 * Moto's server: a second opinion on the adapters, from other authors. The extras are those of the services that the
 * adapters use; its own extra `server` brings twice as much, for services that nothing here uses.
 */
export const moto: Emulator = {
  name: 'moto',
  version,
  packages: [`moto[dynamodb,events,s3,secretsmanager,sqs,stepfunctions]==${version}`, 'flask', 'flask-cors'],
  program: 'moto_server',
  launch: (port) => ({ parameters: ['-H', '127.0.0.1', '-p', String(port)], environment: {} }),
  readyPath: '/moto-api/config',
  /** Unless told, it accepts executions of state machines and runs none. */
  configuration: { path: '/moto-api/config', body: { stepfunctions: { execute_state_machine: true } } },
  leftOut: {
    tests: 'test/e2e/**',
    reason: 'It runs Lambda functions in Docker containers only, so the stack is not deployed to it.',
  },
  gaps: [
    {
      file: 'test/backend/aws/state-machine.aws.test.ts',
      test: 'an execution knows when it started',
      fails: 'is not valid JSON',
      reason: 'It breaks on describing an execution whose output holds `$$.Execution.StartTime`.',
    },
    ...writeGaps('a boolean for the number 1', 'It takes the boolean true and the number 1 for equal.'),
    ...writeGaps('null for an absent field', 'It takes null and an absent field for equal.'),
    {
      file: tableSuite,
      test: 'a filter tells null, absence, a number and its string apart',
      fails: "expected [ 'b', 'a' ] to deeply equal [ 'a' ]",
      reason: 'It takes null and an absent field for equal.',
    },
    {
      file: tableSuite,
      test: 'an object with an empty key survives a put and an update',
      fails: 'Unsupported type passed',
      reason: 'It answers an object with an empty key as a value that is none.',
    },
  ],
};

/** A comparison that it gets wrong, in the condition of each kind of write. */
function writeGaps(asks: string, reason: string): Gap[] {
  return ['put', 'update', 'delete'].map((operation) => ({
    file: tableSuite,
    test: `a ${operation} that asks for ${asks}: holds is false, and what is refused changes nothing`,
    fails: 'instead of rejecting',
    reason,
  }));
}
