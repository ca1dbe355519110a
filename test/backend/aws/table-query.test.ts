import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { documentClient, dynamoTable } from '../../../backend/aws/table.ts';
import { systemClock } from '../../../backend/backend.ts';

/** A table whose partition is empty, and the queries that DynamoDB was asked. */
function recordedTable() {
  const client = documentClient(new DynamoDBClient({ region: 'us-east-1' }));
  const asked: QueryCommandInput[] = [];
  client.send = async (command: { input: object }) => {
    asked.push(command.input as QueryCommandInput);
    return { Items: [] };
  };
  return { asked, table: dynamoTable({ client, clock: systemClock, tableName: 't', indexes: {} }) };
}

it.each([
  { filter: 'no filter', equals: {}, limit: 21 },
  { filter: 'an empty filter', equals: { equals: {} }, limit: 21 },
  { filter: 'a filter', equals: { equals: { kind: 'a' } }, limit: 100 },
])('a page of 20 with $filter lets DynamoDB examine $limit items in one request', async ({ equals, limit }) => {
  const { asked, table } = recordedTable();
  await table.query({ partition: 'p', limit: 20, ...equals });
  expect(asked.map((query) => query.Limit)).toEqual([limit]);
});
