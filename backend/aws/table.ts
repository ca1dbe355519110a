import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type Changes,
  type Clock,
  type Condition,
  ConditionFailed,
  type Item,
  type Key,
  systemClock,
  type Table,
} from '../backend.ts';
import { checkIndexKeys, checkKey } from '../key-sizes.ts';
import { type TableName, tables } from '../resources.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { environmentValue } from './environment.ts';
import { conditionExpression, expiredExpression, holdsOfNothing, updateExpression } from './table-expressions.ts';
import { queryTable } from './table-query.ts';

/** Tables on DynamoDB, by the name in each one's environment variable. */
export function dynamoTables(client = documentClient(), clock: Clock = systemClock): (name: TableName) => Table {
  return (name) =>
    dynamoTable({ client, clock, tableName: environmentValue('table', name), indexes: tables[name].indexes });
}

/** A client that leaves undefined fields out, as the port promises. */
export function documentClient(client = new DynamoDBClient()): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** The Table port on one DynamoDB table. Reads by key are consistent; an index trails the writes by moments. */
export function dynamoTable(table: DynamoTable): Table {
  const { client, tableName } = table;
  const nowSeconds = () => Math.floor(table.clock.now() / 1000);

  return {
    async get(key) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true }),
      );
      return item && !(item['expires_at'] <= nowSeconds()) ? (item as Item) : undefined;
    },
    async put(item, condition) {
      checkKey(item);
      checkIndexKeys(item, Object.values(table.indexes));
      const expression = conditionExpression(condition, nowSeconds());
      await client.send(new PutCommand({ TableName: tableName, Item: item, ...expression })).catch(rethrow);
    },
    async delete(key, condition) {
      const expression = conditionExpression(condition, nowSeconds());
      await client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(key), ...expression })).catch(rethrow);
    },
    async update(key, changes, condition) {
      checkIndexKeys(changes.set ?? {}, Object.values(table.indexes));
      for (;;) {
        const updated = await updateOrReplace(table, { key: keyOf(key), changes, condition, now: nowSeconds() });
        if (updated) return updated;
      }
    },
    query: (query) => queryTable(table, query, nowSeconds()),
  };
}

interface Update {
  key: Key;
  changes: Changes;
  condition: Condition | undefined;
  now: number;
}

/**
 * One write for an item that lives or is absent. An expired item that still stands must not lend its fields to the new
 * one, so it is replaced whole. Undefined when another writer came first: the item lives now, and the update starts again.
 */
async function updateOrReplace(table: DynamoTable, update: Update): Promise<Item | undefined> {
  const { key, changes, condition, now } = update;
  const { client, tableName } = table;
  try {
    const { Attributes: item } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: key,
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...updateExpression(changes, condition, now),
      }),
    );
    return item as Item;
  } catch (error) {
    if (!isRefusedByExpired(error, now) || !holdsOfNothing(condition)) rethrow(error);
  }
  try {
    const item = { ...key, ...changes.add, ...changes.set };
    await client.send(new PutCommand({ TableName: tableName, Item: item, ...expiredExpression(now) }));
    return withoutUndefined(item);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Whether the item that stood in a write's way had expired. */
function isRefusedByExpired(error: unknown, now: number): boolean {
  if (!(error instanceof ConditionalCheckFailedException)) return false;
  const expiresAt = error.Item?.['expires_at']?.N;
  return expiresAt !== undefined && Number(expiresAt) <= now;
}

function keyOf({ pk, sk }: Key): Key {
  checkKey({ pk, sk });
  return { pk, sk };
}

function withoutUndefined(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item;
}

/** Turns DynamoDB's refusal of a condition into the port's; anything else goes on as it is. */
function rethrow(error: unknown): never {
  if (error instanceof ConditionalCheckFailedException) throw new ConditionFailed(error.message, { cause: error });
  throw error;
}
