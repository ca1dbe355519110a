import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Execution, Json, StateMachine } from '../backend.ts';
import type { MachineName } from '../resources.ts';
import { environmentValue } from './environment.ts';

/** Standard state machines of Step Functions, by the ARN in each one's environment variable. */
export function stepFunctions(client = new SFNClient()): (name: MachineName) => StateMachine {
  return (name) => stepFunction(client, environmentValue('machine', name));
}

/** One state machine. Step Functions remembers an execution's name for 90 days after its end. */
export function stepFunction(client: SFNClient, machineArn: string): StateMachine {
  return {
    async start(name, input) {
      try {
        await client.send(
          new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
    async describe(name) {
      try {
        const execution = await client.send(
          new DescribeExecutionCommand({ executionArn: executionArn(machineArn, name) }),
        );
        return {
          status: statusOf(execution.status),
          ...(execution.status === 'SUCCEEDED' && { output: JSON.parse(execution.output ?? 'null') as Json }),
          ...(execution.error !== undefined && { error: execution.error }),
        };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}

/** `arn:…:stateMachine:pipeline` and `pipe_1` give `arn:…:execution:pipeline:pipe_1`. */
function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** An execution that waits for its redrive has not ended: whoever asks must go on waiting. */
function statusOf(status: string | undefined): Execution['status'] {
  return status === 'PENDING_REDRIVE' ? 'RUNNING' : (status as Execution['status']);
}
