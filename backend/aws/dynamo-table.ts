import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../backend.ts';
import type { IndexSpec } from '../resources.ts';

/** One DynamoDB table and what its adapter needs to use it. */
export interface DynamoTable {
  client: DynamoDBDocumentClient;
  tableName: string;
  indexes: Record<string, IndexSpec>;
  clock: Clock;
}
