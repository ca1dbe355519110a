import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type StatefulResource,
  statefulResources,
  statefulResourcesFile,
  statefulResourcesText,
} from '../../tools/deployment/stateful-resources.ts';

const committedText = readFileSync(statefulResourcesFile, 'utf8');
const committed = Object.entries(JSON.parse(committedText) as Record<string, StatefulResource>);
const now = statefulResources();

describe('what an update must not make anew', () => {
  it.each(committed)(
    '%s has its logical id, its type and all that CloudFormation would replace it for',
    (id, resource) => {
      expect(now[id]).toEqual(resource);
    },
  );

  it('stands in the committed list without exception (npm run stateful)', () => {
    expect(statefulResourcesText()).toBe(committedText);
  });

  it('is of every type that holds data, is known by its address, or has a name of its own', () => {
    expect([...new Set(committed.map(([, { type }]) => type))].sort()).toEqual([
      'AWS::ApiGateway::RestApi',
      'AWS::CloudFormation::Stack',
      'AWS::DynamoDB::Table',
      'AWS::EventSchemas::Registry',
      'AWS::Events::EventBus',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::SNS::Topic',
      'AWS::SQS::Queue',
      'AWS::SecretsManager::Secret',
      'AWS::StepFunctions::StateMachine',
    ]);
  });

  it('keeps its data when it leaves the template: tables, the bucket and the secret', () => {
    const kept = new Set(committed.filter(([, { onDelete }]) => onDelete === 'Retain').map(([, { type }]) => type));
    expect([...kept].sort()).toEqual(['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret']);
    const keeping = committed.filter(([, { type }]) => kept.has(type));
    expect(keeping.filter(([, { onDelete }]) => onDelete !== 'Retain')).toEqual([]);
  });

  it('has no name of its own if it is kept, so that a deployment after a deletion does not meet what was left', () => {
    const named = committed.filter(
      ([, { onDelete, fixed }]) => onDelete === 'Retain' && Object.keys(fixed).some((name) => name.endsWith('Name')),
    );
    expect(named).toEqual([]);
  });
});
