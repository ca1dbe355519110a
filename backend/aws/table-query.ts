import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, isFiltered, type Page, type Query } from '../backend.ts';
import { checkQueryKeys } from '../key-sizes.ts';
import type { IndexSpec } from '../resources.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { queryExpression } from './table-expressions.ts';

/**
 * Items examined in one request of a filtered query: DynamoDB filters after it counts, so a page as small as the limit
 * would cost a round trip for a few rows. 100 rows of some 2 kB are well under the megabyte that one request reads.
 */
const examinedMin = 100;

/** One page of live, matching items. Reads on until the page is full and one more item is known, or none is left. */
export async function queryTable(table: DynamoTable, query: Query, nowSeconds: number): Promise<Page> {
  checkQueryKeys(query);
  const { partition, sort } = fieldsOf(table, query);
  const from = query.from === '' ? undefined : query.from;
  if (isEmptyRange(from, query.before)) return { items: [], more: false };

  const wanted = query.limit + 1;
  const request = {
    TableName: table.tableName,
    IndexName: query.index,
    ConsistentRead: query.index === undefined,
    ScanIndexForward: query.order === 'oldest',
    Limit: isFiltered(query) ? Math.max(wanted, examinedMin) : wanted,
    ...queryExpression(
      {
        partition: { field: partition, value: query.partition },
        sort: { field: sort, from, before: query.before },
      },
      query.equals,
      nowSeconds,
    ),
  };
  const items: Item[] = [];
  let startKey: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(new QueryCommand({ ...request, ExclusiveStartKey: startKey }));
    items.push(...((page.Items ?? []) as Item[]).filter((item) => item[sort] !== query.before));
    startKey = page.LastEvaluatedKey;
  } while (startKey && items.length < wanted);
  return { items: items.slice(0, query.limit), more: items.length > query.limit };
}

function fieldsOf(table: DynamoTable, query: Query): { partition: string; sort: string } {
  const { index } = query;
  const fields: IndexSpec | undefined = index === undefined ? { partition: 'pk', sort: 'sk' } : table.indexes[index];
  if (!fields) throw new Error(`The table ${table.tableName} has no index "${index}"`);
  if (fields.projection && isFiltered(query)) throw new TypeError(`The index ${index} has no fields to filter by.`);
  return fields;
}

/** DynamoDB refuses a range that ends before it starts, and orders strings by their UTF-8 bytes. */
function isEmptyRange(from: string | undefined, before: string | undefined): boolean {
  if (before === '') return true;
  return from !== undefined && before !== undefined && Buffer.compare(Buffer.from(from), Buffer.from(before)) >= 0;
}
