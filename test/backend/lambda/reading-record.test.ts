import { describe, expect, it } from 'vitest';
import { readingField } from '../../../backend/lambda/metric-names.ts';
import { readingIn } from '../../../backend/lambda/reading-record.ts';
import { requestReading } from '../../../functions/core/request-reading.ts';
import { recordsOf } from './printed-records.ts';

const nowMs = Date.parse('2025-01-15T10:30:00.000Z');
const dayMs = 24 * 3_600_000;
const valid = { kind: 'requests', subject: 'GET /health', atMs: nowMs, figures: { status_200: 1 } };
const recordOf = (field: unknown) => JSON.stringify({ [readingField]: field });
const read = (changes: object) => readingIn(recordOf(JSON.stringify({ ...valid, ...changes })), nowMs);

describe('the reading of a log record', () => {
  it('is what was measured', () => {
    const measured = requestReading(undefined, { status: 500, durationMs: 12, atMs: nowMs });
    const { outcome, durationMs, ...reading } = measured;
    expect(readingIn(recordsOf([measured])[0] ?? '', nowMs)).toEqual({ reading });
  });

  it('may be of any time that a batch can wait for, and of a clock that is ahead', () => {
    for (const atMs of [nowMs - 15 * dayMs, nowMs, nowMs + dayMs]) {
      expect(read({ atMs })).toEqual({ reading: { ...valid, atMs } });
    }
  });

  it('may have as many figures as a sum of many readings has', () => {
    const figures = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`b${index}`, 1]));
    expect(read({ figures })).toEqual({ reading: { ...valid, figures } });
  });
});

describe('a line that is none of ours', () => {
  it.each([
    ['the runtime prints', `START RequestId: 1 ${readingField}`],
    ['quotes a record', JSON.stringify({ message: recordOf('{}') })],
    ['holds the field deeper', JSON.stringify({ detail: { [readingField]: '{}' } })],
    ['is JSON but no object', 'null'],
  ])('is passed over: what %s', (_, message) => {
    expect(readingIn(message, nowMs)).toBeUndefined();
  });
});

describe('a record that has the field and cannot be read', () => {
  it.each([
    ['that was cut off', recordOf(JSON.stringify(valid)).slice(0, -5), 'the record is not JSON'],
    ['whose field is no text', recordOf(valid), 'it is no reading'],
    ['whose field is no JSON', recordOf('{'), 'it is no reading'],
  ])('%s says so', (_, message, reason) => {
    expect(readingIn(message, nowMs)).toEqual({ unreadable: reason });
  });

  const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 1]));
  it.each([
    ['of a kind that there is not', { kind: 'x' }, /^kind: /],
    ['without a subject', { subject: '' }, /^subject: /],
    ['of no whole ms', { atMs: 1.5 }, /^atMs: /],
    ['of more than a day ahead', { atMs: nowMs + dayMs + 1 }, /^atMs: is more than a day ahead$/],
    ['older than any batch can be', { atMs: nowMs - 15 * dayMs - 1 }, /^atMs: is older than 15 days$/],
    ['with a figure that is not whole', { figures: { status_200: 0.5 } }, /^figures: /],
    ['with a figure below 0', { figures: { status_200: -1 } }, /^figures: /],
    ['with a figure that is not finite', { figures: { status_200: null } }, /^figures: /],
    ['with a figure beyond what numbers hold exactly', { figures: { status_200: 2 ** 53 } }, /^figures: /],
    ['with a name that is none of ours', { figures: { 'status 200': 1 } }, /^figures: /],
    ['with a name that is too long', { figures: { [`n${'x'.repeat(64)}`]: 1 } }, /^figures: /],
    ['with too many names', { figures: names(401) }, /^figures: has more than 400 names$/],
  ])('%s says which part is wrong', (_, changes, reason) => {
    expect(read(changes)).toEqual({ unreadable: expect.stringMatching(reason) });
  });

  it('says nothing of what it holds', () => {
    const secret = 'sk-secret';
    const told = [read({ kind: secret }), read({ figures: { [secret]: 1 } }), read({ figures: { a: secret } })];
    expect(JSON.stringify(told)).not.toContain(secret);
  });
});
