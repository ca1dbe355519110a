import { describe, expect, it } from 'vitest';
import { readingField } from '../../backend/lambda/metric-names.ts';
import { everyChoice, synthesise } from './synthesised.ts';

const { ofType, stack, parent, nested } = synthesise(everyChoice);
const [recorderId] = ofType('AWS::Lambda::Function').find(([id]) => id.startsWith('recordreadingsFunction')) ?? [];
const [queueId] = ofType('AWS::SQS::Queue').find(([id]) => id.startsWith('UnrecordedReadings')) ?? [];
const arnOf = (id: string | undefined) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('what functions measure', () => {
  it('reaches the recorder from the log group of every domain and of what is of none', () => {
    const filters = Object.values(parent.Resources).filter(({ Type }) => Type === 'AWS::Logs::SubscriptionFilter');
    const groups = filters.map(({ Properties }) => Properties['LogGroupName'] as LogGroupName);
    const [own] = Object.keys(parent.Resources).filter((id) => /^Logs[0-9A-F]{8}$/.test(id));
    expect(groups.flatMap(({ Ref }) => Ref ?? [])).toEqual([own]);
    const ofDomains = groups.flatMap(({ 'Fn::GetAtt': attribute }) => (attribute ? [attribute] : []));
    expect(ofDomains.map(([domain]) => domain).sort()).toEqual([...nested.keys()].sort());
    for (const [domain, output] of ofDomains) {
      const told = nested.get(domain)?.Outputs?.[output.replace('Outputs.', '')]?.Value as { Ref: string };
      expect(nested.get(domain)?.Resources[told.Ref]?.Type).toBe('AWS::Logs::LogGroup');
    }
    for (const [, { Properties }] of ofType('AWS::Logs::SubscriptionFilter')) {
      expect(Properties).toMatchObject({ FilterPattern: `"${readingField}"`, DestinationArn: arnOf(recorderId) });
    }
  });

  it('may be brought by CloudWatch from the log groups of this deployment, and from no others', () => {
    const permissions = ofType('AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties)
      .filter(({ Principal }) => Principal === 'logs.amazonaws.com');
    expect(permissions).toHaveLength(1);
    expect(permissions[0]).toMatchObject({
      FunctionName: arnOf(recorderId),
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
    expect(JSON.stringify(permissions[0]?.['SourceArn'])).toContain(`:log-group:/${stack.stackName}/*:*`);
  });

  it('is kept when it cannot be recorded: tried three times, for six hours, then left in a queue', () => {
    const [config, ...others] = ofType('AWS::Lambda::EventInvokeConfig')
      .map(([, { Properties }]) => Properties)
      .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(String(recorderId)));
    expect(others).toEqual([]);
    expect(config).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 3600,
      DestinationConfig: { OnFailure: { Destination: arnOf(queueId) } },
    });
    const [, role] = ofType('AWS::IAM::Role').find(([id]) => id.startsWith('recordreadingsRole')) ?? [];
    expect(JSON.stringify(role?.Properties['Policies'])).toContain(
      JSON.stringify({ Action: 'sqs:SendMessage', Effect: 'Allow', Resource: arnOf(queueId) }),
    );
  });

  it('is told from other deployments by the name that the functions print', () => {
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties['Environment']).toMatchObject({ Variables: { POWERTOOLS_SERVICE_NAME: stack.stackName } });
    }
  });
});

/** In the parent, or what a nested stack tells. */
interface LogGroupName {
  Ref?: string;
  'Fn::GetAtt'?: [string, string];
}
