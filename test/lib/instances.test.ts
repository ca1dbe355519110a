import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { OmniOrchestrator } from '../../lib/omni-orchestrator.ts';
import { type TemplateResource, wholeApp } from '../../tools/documentation/whole-app.ts';
import { noBundles, synthesise } from './synthesised.ts';

type Resources = [string, TemplateResource][];

/** Schemas are named within their registry, stages within their API; an alarm's metric is AWS's. */
const otherNames = [
  'AWS::EventSchemas::Schema.SchemaName',
  'AWS::ApiGateway::Stage.StageName',
  'AWS::CloudWatch::Alarm.MetricName',
];

/** Names as the account sees them, with the type: those that the template itself gives, not those that AWS makes up. */
function physicalNames(resources: Resources): string[] {
  return resources.flatMap(([, { Type, Properties = {} }]) => {
    const named = Object.entries(Properties).filter(
      ([name, value]) => name.endsWith('Name') && !otherNames.includes(`${Type}.${name}`) && isGiven(value),
    );
    return named.map(([name, value]) => `${Type}.${name} ${JSON.stringify(value)}`);
  });
}

/** A name that refers to another resource of the template is as unique as that. */
function isGiven(value: unknown): boolean {
  const references = JSON.stringify(value).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([^"]+)"/g);
  return [...references].every(([, target]) => target?.startsWith('AWS::'));
}

function shared(one: string[], other: string[]): string[] {
  return one.filter((name) => other.includes(name));
}

describe('several deployments in one account and region', () => {
  const names = physicalNames(synthesise().resources);

  it('have names for what is found by its name, all after the deployment', () => {
    expect(names.map((name) => name.replace(/ .*/, '')).sort()).toEqual(
      expect.arrayContaining([
        'AWS::CloudWatch::Dashboard.DashboardName',
        'AWS::EventSchemas::Registry.RegistryName',
        'AWS::Events::EventBus.Name',
        'AWS::Logs::LogGroup.LogGroupName',
        'AWS::StepFunctions::StateMachine.StateMachineName',
      ]),
    );
    for (const name of names) expect(name).toMatch(/ .*"\/?OmniOrchestrator/);
  });

  it('share no name under different stack names', () => {
    const others = physicalNames(synthesise({ stackName: 'OmniStaging' }).resources);
    expect(others).toHaveLength(names.length);
    expect(shared(names, others)).toEqual([]);
  });

  it('share no name as stacks of one app', () => {
    const app = new App({ analyticsReporting: false });
    const stacks = ['One', 'Other'].map((name) => new Stack(app, name));
    for (const stack of stacks) new OmniOrchestrator(stack, 'Orchestrator', { code: noBundles });
    const [one = [], other = []] = stacks.map((stack) => physicalNames(wholeApp(stack).resources));
    expect(one).toHaveLength(names.length);
    expect(shared(one, other)).toEqual([]);
  });

  it('do not fit into one stack, which the synthesis says', () => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Both');
    for (const id of ['Blue', 'Green']) new OmniOrchestrator(stack, id, { code: noBundles });
    expect(() => wholeApp(stack)).toThrow(/greater than allowed maximum of 500/);
  });

  it('each let CloudWatch call their recorder with log groups of theirs alone', () => {
    const sources = [synthesise(), synthesise({ stackName: 'OmniOrchestrator2' })].map(({ ofType }) =>
      JSON.stringify(ofType('AWS::Lambda::Permission')).match(/log-group:[^"]*/g),
    );
    expect(sources).toEqual([['log-group:/OmniOrchestrator/*:*'], ['log-group:/OmniOrchestrator2/*:*']]);
  });

  it('can leave the one thing that the account has once, the log role of API Gateway, to one of them', () => {
    const account = 'AWS::ApiGateway::Account';
    expect(synthesise().ofType(account)).toHaveLength(1);
    expect(synthesise({ apiGatewayLogRole: false }).ofType(account)).toEqual([]);
  });

  it('do not take that role away when they are deleted, as the others write logs with it', () => {
    const [[, account] = []] = synthesise().ofType('AWS::ApiGateway::Account');
    expect(account?.DeletionPolicy).toBe('Retain');
    const trial = synthesise({ destroyOnDelete: true });
    expect(trial.ofType('AWS::ApiGateway::Account')[0]?.[1].DeletionPolicy).toBe('Retain');
  });
});
