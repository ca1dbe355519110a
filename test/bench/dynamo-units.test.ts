import { describe, expect, it } from 'vitest';
import { itemBytes, readUnits, writeUnits } from '../../bench/units/dynamo-units.ts';

const sized = (bytes: number, more: Record<string, string> = {}) => {
  const item = { pk: 'p', sk: 's', ...more, text: '' };
  return { ...item, text: 'x'.repeat(bytes - itemBytes(item)) };
};
const index = { by_status: { partition: 'status', sort: 'id' } };

describe("DynamoDB's request units", () => {
  it('an item is as large as its names and values, with 3 bytes for a list or map and 1 for each entry', () => {
    expect(itemBytes({ pk: 'ab', sk: 'é' })).toBe(2 + 2 + 2 + 2);
    expect(itemBytes({ n: 12345, t: true, z: null, u: undefined })).toBe(1 + 4 + 1 + 1 + 1 + 1);
    expect(itemBytes({ l: ['a', 'b'], m: { k: 'v' } })).toBe(1 + 3 + 2 + 2 + 1 + 3 + 1 + 2);
  });

  it('a read costs a unit for each 4 kB that was begun, at least one, and half when it need not be consistent', () => {
    expect(readUnits([undefined], true)).toBe(1);
    expect(readUnits([sized(4096)], true)).toBe(1);
    expect(readUnits([sized(4097)], true)).toBe(2);
    expect(readUnits([sized(3000), sized(3000)], false)).toBe(1);
  });

  it('a write costs a unit for each 1 kB that was begun of the larger of before and after, at least one', () => {
    expect(writeUnits(undefined, sized(1024), {})).toBe(1);
    expect(writeUnits(sized(2000), sized(100), {})).toBe(2);
    expect(writeUnits(sized(100), undefined, {})).toBe(1);
    expect(writeUnits(undefined, undefined, {})).toBe(1);
  });

  it('an index costs what is written there: nothing without its keys, twice when its keys change', () => {
    const [running, ended] = [sized(500, { status: 'running', id: '1' }), sized(500, { status: 'failed', id: '1' })];
    expect(writeUnits(undefined, sized(500), index)).toBe(1);
    expect(writeUnits(undefined, running, index)).toBe(2);
    expect(writeUnits(running, running, index)).toBe(2);
    expect(writeUnits(running, ended, index)).toBe(3);
    expect(writeUnits(ended, undefined, index)).toBe(2);
  });

  it('an index of keys alone costs one unit when an entry comes or goes, and nothing while its keys stay', () => {
    const keys = { by_status: { ...index.by_status, projection: 'keys' as const } };
    const [running, ended] = [sized(5000, { status: 'running', id: '1' }), sized(5000, { status: 'failed', id: '1' })];
    expect(writeUnits(undefined, running, keys)).toBe(5 + 1);
    expect(writeUnits(running, { ...running, more: 1 }, keys)).toBe(5);
    expect(writeUnits(running, ended, keys)).toBe(5 + 2);
    expect(writeUnits(running, { ...running, expires_at: 1 }, keys)).toBe(5 + 1);
  });
});
