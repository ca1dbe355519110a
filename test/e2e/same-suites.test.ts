import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The suites that a file of this folder runs against its home. */
function suitesOf(file: string): string[] {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  return [...text.matchAll(/^\s*(describe[A-Z]\w+)\(\(\) => site\)/gm)].map(([, name = '']) => name);
}

it('every end-to-end suite of the embedded home runs against the stack deployed to AWS', () => {
  const embedded = suitesOf('embedded.test.ts');
  expect(embedded.length).toBeGreaterThan(9);
  expect(suitesOf('aws.aws.test.ts')).toEqual(expect.arrayContaining(embedded));
});
