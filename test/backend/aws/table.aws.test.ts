import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { documentClient, dynamoTable } from '../../../backend/aws/table.ts';
import { type IndexSpec, type TableName, tables } from '../../../backend/resources.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { describeTable } from '../../suites/table-suite.ts';

const clock = settableClock();

describeTable({
  name: 'DynamoDB',
  clock,
  async open() {
    const client = new DynamoDBClient();
    const suffix = randomUUID();
    const names = Object.keys(tables) as TableName[];
    const tableName = (name: TableName) => `${name}-${suffix}`;
    for (const name of names) {
      await client.send(new CreateTableCommand(definition(tableName(name), tables[name].indexes)));
      await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: tableName(name) });
    }
    const document = documentClient(client);
    return {
      table: (name) =>
        dynamoTable({ client: document, clock, tableName: tableName(name), indexes: tables[name].indexes }),
      async close() {
        await Promise.all(names.map((name) => client.send(new DeleteTableCommand({ TableName: tableName(name) }))));
      },
    };
  },
});

function definition(tableName: string, indexes: Record<string, IndexSpec>): CreateTableCommandInput {
  const keys = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ];
  const fields = new Set(['pk', 'sk', ...Object.values(indexes).flatMap(({ partition, sort }) => [partition, sort])]);
  const secondary = Object.entries(indexes).map(([name, { partition, sort, projection }]) => ({
    IndexName: name,
    KeySchema: keys(partition, sort),
    Projection: projection
      ? { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['expires_at'] }
      : { ProjectionType: 'ALL' as const },
  }));
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...fields].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keys('pk', 'sk'),
    ...(secondary.length > 0 && { GlobalSecondaryIndexes: secondary }),
  };
}
