import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { PipelineMachine, placeholdersOf } from '../../lib/pipeline-machine.ts';
import { synthesise } from './synthesised.ts';

const definition = readFileSync(new URL('../../statemachines/pipeline.asl.json', import.meta.url), 'utf8');

function machineWith(names: string[]) {
  const stack = new Stack(new App(), 'Test');
  const functions = names.map((name) => [
    name,
    LambdaFunction.fromFunctionArn(stack, name, `arn:aws:lambda:us-east-1:111111111111:function:${name}`),
  ]);
  return () =>
    new PipelineMachine(stack, 'Machine', {
      functions: Object.fromEntries(functions),
      logRetentionDays: RetentionDays.ONE_DAY,
      alarmAction: undefined,
    });
}

describe('the state machine of pipelines', () => {
  const names = placeholdersOf(definition);

  it('is refused when its file names a function that no task is', () => {
    expect(machineWith(names.slice(1))).toThrow(`${names[0]} has no task`);
  });

  it('is refused when a task is named nowhere in its file', () => {
    expect(machineWith([...names, 'LostFunction'])).toThrow('LostFunction is not in the file');
  });

  it('may call the functions of its file, and its logs hold no execution data', () => {
    const { ofType } = synthesise();
    const [[, machine] = []] = ofType('AWS::StepFunctions::StateMachine');
    expect(machine?.Properties).toMatchObject({
      LoggingConfiguration: { IncludeExecutionData: false, Level: 'ERROR' },
      TracingConfiguration: { Enabled: true },
    });
    expect(Object.keys(machine?.Properties['DefinitionSubstitutions'] as object).sort()).toEqual(names);
    const [, role] = ofType('AWS::IAM::Role').find(([name]) => name.startsWith('PipelineMachineRole')) ?? [];
    const policy = JSON.stringify(role?.Properties['Policies']);
    expect(policy.match(/"Fn::GetAtt":\["Functions/g)).toHaveLength(names.length);
  });
});
