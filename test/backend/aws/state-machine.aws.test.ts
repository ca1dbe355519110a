import { randomUUID } from 'node:crypto';
import { CreateStateMachineCommand, DeleteStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { stepFunction } from '../../../backend/aws/state-machine.ts';
import { describeStateMachine } from '../../suites/state-machine-suite.ts';

describeStateMachine({
  name: 'Step Functions',
  async open(definition) {
    const client = new SFNClient();
    const { stateMachineArn = '' } = await client.send(
      new CreateStateMachineCommand({
        name: randomUUID(),
        definition: JSON.stringify(definition),
        roleArn: 'arn:aws:iam::000000000000:role/state-machine-suite',
      }),
    );
    return {
      machine: stepFunction(client, stateMachineArn),
      async close() {
        await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
      },
    };
  },
});
