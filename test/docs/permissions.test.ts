import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { endpointModule } from '../../functions/core/module-path.ts';
import { ownName, readableIn } from '../../tools/documentation/permissions/readable-name.ts';
import { actionsText, rightsOf, type Statement } from '../../tools/documentation/permissions/rights.ts';

const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {},
  Metadata: { 'aws:cdk:path': 'Some/Stack/Tables/locks/Resource' },
};
const readable = readableIn([{}, { Locks123: table }]);
const arn = { 'Fn::GetAtt': ['Locks123', 'Arn'] };

describe('docs/permissions.md', () => {
  const document = readFileSync('docs/permissions.md', 'utf8');

  it('has each function of the contracts once, with who calls it', () => {
    const endpoints = contracts.map((contract) => endpointModule(contract).path.replace(/^.*\/|\.ts$/g, ''));
    for (const name of [...endpoints, ...taskContracts.map((task) => task.name), 'authorizer', 'fallback']) {
      const rows = [...document.matchAll(new RegExp(`^\\| \`${name}\` +\\| (.*?) +\\|`, 'gm'))];
      expect(rows, name).toHaveLength(1);
      expect(rows[0]?.[1], name).not.toBe('');
    }
  });

  it('shows nothing of what CloudFormation calls things', () => {
    expect(document).not.toMatch(/Fn::|<AWS::|arn:|[0-9A-F]{8}|\[object/);
  });
});

describe('a value of a template', () => {
  it.each([
    [arn, 'table `locks`'],
    [{ Ref: 'Locks123' }, 'table `locks`'],
    [{ 'Fn::Join': ['', [arn, '/index/by_kind']] }, 'indexes of `locks`'],
    ['*', 'everything'],
    ['arn:aws:states:eu-central-1:1:execution:Some-Stack-service-restart:*', 'executions of `service-restart`'],
  ])('%j is read as %s', (value, words) => {
    expect(readable(value)).toBe(words);
  });

  it('is named by its construct, wherever in the app that stands', () => {
    expect(ownName(table)).toBe('locks');
  });
});

describe('the rights of statements', () => {
  it('have each resource once, with all that may be done to it', () => {
    const statements: Statement[] = [
      { Effect: 'Allow', Action: ['dynamodb:Query', 'dynamodb:GetItem'], Resource: arn },
      { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: [arn] },
      { Effect: 'Allow', Action: 'xray:PutTraceSegments', Resource: '*' },
    ];
    expect(rightsOf(statements, readable)).toEqual([
      { actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], resources: ['table `locks`'] },
      { actions: ['xray:PutTraceSegments'], resources: ['everything'] },
    ]);
  });

  it('are written with the name of each service once', () => {
    expect(actionsText(['s3:GetObject', 's3:PutObject', 'sqs:*'])).toBe('`s3:` GetObject, PutObject; `sqs:` all');
  });
});
