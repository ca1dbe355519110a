import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { type MachineName, machines } from '../../backend/resources.ts';
import { Machine, placeholdersOf } from '../../lib/machine.ts';
import { synthesise } from './synthesised.ts';

const definitionOf = (machine: MachineName) =>
  readFileSync(new URL(`../../statemachines/${machine}.asl.json`, import.meta.url), 'utf8');

function machineWith(machine: MachineName, names: string[]) {
  const stack = new Stack(new App(), 'Test');
  const functions = names.map((name) => [
    name,
    LambdaFunction.fromFunctionArn(stack, name, `arn:aws:lambda:us-east-1:111111111111:function:${name}`),
  ]);
  return () =>
    new Machine(stack, 'Machine', {
      machine,
      name: `Test-${machine}`,
      functions: Object.fromEntries(functions),
      logRetentionDays: RetentionDays.ONE_DAY,
      alarmAction: undefined,
    });
}

describe.each(machines)('the state machine %s', (machine) => {
  const names = placeholdersOf(definitionOf(machine));

  it('is refused when its file names a function that no task is', () => {
    expect(machineWith(machine, names.slice(1))).toThrow(
      `${machine}.asl.json and the task contracts differ: ${names[0]} has no task`,
    );
  });

  it('is refused when a task is named nowhere in its file', () => {
    expect(machineWith(machine, [...names, 'LostFunction'])).toThrow('LostFunction is not in the file');
  });

  it('may call the functions of its file, and its logs hold no execution data', () => {
    const { ofType } = synthesise();
    const ids = {
      pipeline: 'PipelineMachine',
      'service-restart': 'ServiceRestartMachine',
      workflow: 'WorkflowMachine',
      'knowledge-refresh': 'KnowledgeRefreshMachine',
    };
    const id = ids[machine];
    const [, found] = ofType('AWS::StepFunctions::StateMachine').find(([name]) => name.startsWith(id)) ?? [];
    expect(found?.Properties).toMatchObject({
      LoggingConfiguration: { IncludeExecutionData: false, Level: 'ERROR' },
      TracingConfiguration: { Enabled: true },
    });
    expect(Object.keys(found?.Properties['DefinitionSubstitutions'] as object).sort()).toEqual(names);
    const [, role] = ofType('AWS::IAM::Role').find(([name]) => name.startsWith(`${id}Role`)) ?? [];
    const policy = JSON.stringify(role?.Properties['Policies']);
    expect(policy.match(/"Fn::GetAtt":\["\w+Function[0-9A-F]{8}","Arn"/g)).toHaveLength(names.length);
  });
});
