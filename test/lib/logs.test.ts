import { describe, expect, it } from 'vitest';
import { synthesise } from './synthesised.ts';

const { ofType } = synthesise({ logRetentionDays: 30 });
const groups = ofType('AWS::Logs::LogGroup');
const ids = groups.map(([id]) => id);

/** The log groups that these resources name, by logical id. */
function groupsNamedBy(type: string): string[] {
  const text = JSON.stringify(ofType(type).map(([, { Properties }]) => Properties));
  return ids.filter((id) => text.includes(`"${id}"`));
}

describe('log groups', () => {
  it('all forget after the days that the deployment chose', () => {
    expect(groups.length).toBeGreaterThan(0);
    for (const [id, { Properties }] of groups) expect(Properties['RetentionInDays'], id).toBe(30);
  });

  it('are made by the stack wherever something writes, since AWS keeps what it makes itself for ever', () => {
    const machines = ofType('AWS::StepFunctions::StateMachine');
    expect(groupsNamedBy('AWS::StepFunctions::StateMachine')).toHaveLength(machines.length);
    for (const [id, { Properties }] of ofType('AWS::Lambda::Function')) {
      const { LogGroup } = Properties['LoggingConfig'] as { LogGroup: { Ref: string } };
      expect(ids, id).toContain(LogGroup.Ref);
    }
    expect(groupsNamedBy('AWS::ApiGateway::Stage')).toHaveLength(1);
  });

  it('include the one that API Gateway writes errors to, which has to be there before the stage', () => {
    const [[apiId] = []] = ofType('AWS::ApiGateway::RestApi');
    const name = { 'Fn::Join': ['', ['API-Gateway-Execution-Logs_', { Ref: apiId }, '/v1']] };
    const [group] = groups.filter(
      ([, { Properties }]) => JSON.stringify(Properties['LogGroupName']) === JSON.stringify(name),
    );
    const [[, stage] = []] = ofType('AWS::ApiGateway::Stage');
    expect(stage?.DependsOn).toContain(group?.[0]);
  });
});
