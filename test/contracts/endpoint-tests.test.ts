import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contracts } from '../../functions/contracts.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { endpointModule } from '../../functions/core/module-path.ts';
import { errorCodesOf } from '../../functions/core/openapi.ts';

/** The statuses and codes by which an endpoint's own test file groups what it proves: `describe('404 NOT_FOUND', …)`. */
function groupsIn(testFile: string): string[] {
  const source = readFileSync(new URL(`../functions/${testFile}`, import.meta.url), 'utf8');
  return [...source.matchAll(/^describe\('(\d{3}[^']*)'/gm)].map(([, group = '']) => group);
}

describe.each(contracts.map((contract) => ({ contract, name: contract.operationId })))('the tests of $name', (each) => {
  const { contract } = each;

  it('have one group for each way to answer that the contract lists, and no other', () => {
    const successes = Object.values(contract.answers).map(({ status }) => String(status));
    const refusals = errorCodesOf(contract).map((code) => `${errorCodes[code].status} ${code}`);
    const testFile = endpointModule(contract).path.replace(/\.ts$/, '.test.ts');
    expect(groupsIn(testFile).sort()).toEqual([...successes, ...new Set(refusals)].sort());
  });
});
