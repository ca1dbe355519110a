import type { Key, Query } from './backend.ts';
import type { IndexSpec } from './resources.ts';

/**
 * Throws a RangeError for a key longer than DynamoDB takes: 2,048 bytes of partition key, 1,024 of sort key. Both adapters
 * ask, so that one machine finds what AWS would refuse.
 */
export function checkKey({ pk, sk }: Key): void {
  checkBytes('pk', pk, bytesMax.partition);
  checkBytes('sk', sk, bytesMax.sort);
}

/** Throws a RangeError where fields to be stored are too long for the key of an index that goes by them. */
export function checkIndexKeys(fields: Record<string, unknown>, indexes: Iterable<IndexSpec>): void {
  for (const { partition, sort } of indexes) {
    checkBytes(partition, fields[partition], bytesMax.partition);
    checkBytes(sort, fields[sort], bytesMax.sort);
  }
}

/** Throws a RangeError for a query whose partition or bounds are too long to be keys. */
export function checkQueryKeys({ partition, from, before }: Query): void {
  checkBytes('partition', partition, bytesMax.partition);
  checkBytes('from', from, bytesMax.sort);
  checkBytes('before', before, bytesMax.sort);
}

/** DynamoDB's quotas, of tables and indexes alike. */
const bytesMax = { partition: 2048, sort: 1024 };

function checkBytes(field: string, value: unknown, max: number): void {
  if (typeof value === 'string' && Buffer.byteLength(value) > max) {
    throw new RangeError(`The key ${field} may have ${max} bytes.`);
  }
}
