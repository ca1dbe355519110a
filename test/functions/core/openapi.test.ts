import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contracts } from '../../../functions/contracts.ts';
import { errorCodes } from '../../../functions/core/errors.ts';
import { errorCodesOf, openapiDocument } from '../../../functions/core/openapi.ts';

type Operation = {
  operationId: string;
  security?: unknown[];
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { required: boolean };
  responses: Record<string, { description: string; content: Record<string, unknown> }>;
};

const document = openapiDocument(contracts) as { paths: Record<string, Record<string, Operation>>; components: object };
const byContract = contracts.map((contract) => {
  const operation = document.paths[contract.path]?.[contract.method.toLowerCase()] as Operation;
  return { contract, operation, name: contract.operationId };
});

it('the committed openapi.json is what the contracts say today: `npm run openapi` writes it', () => {
  const committed = readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8');
  expect(committed).toBe(`${JSON.stringify(document, null, 2)}\n`);
});

it('every reference in the document leads somewhere', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  expect(references.length).toBeGreaterThan(0);
  for (const path of references) {
    const found = path
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
    expect(found, path).toBeDefined();
  }
});

describe.each(byContract)('the operation $name', ({ contract, operation }) => {
  it('documents each success and each error code of its contract, and no other status', () => {
    const successes = Object.values(contract.answers).map(({ status }) => String(status));
    const errors = errorCodesOf(contract).map((code) => String(errorCodes[code].status));
    expect(Object.keys(operation.responses).sort()).toEqual([...new Set([...successes, ...errors])].sort());
    for (const code of errorCodesOf(contract)) {
      expect(operation.responses[errorCodes[code].status]?.description).toContain(`\`${code}\``);
    }
  });

  it('documents every path parameter as required, and every query parameter', () => {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(contract.path.match(/\{[^}]+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
    const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    expect(inQuery).toEqual(Object.keys(contract.query?.shape ?? {}));
  });

  it('documents that it refuses a request that it does not understand', () => {
    expect(errorCodesOf(contract)).toContain('VALIDATION_ERROR');
  });

  it('is public in the document exactly when it is public', () => {
    expect(operation.security).toEqual(contract.auth === 'none' ? [] : undefined);
  });

  it('takes a body and an Idempotency-Key exactly when its contract does', () => {
    expect(operation.requestBody !== undefined).toBe(contract.body !== undefined || contract.isBodyRaw === true);
    const hasKey = operation.parameters.some(({ name }) => name === 'Idempotency-Key');
    expect(hasKey).toBe(contract.isIdempotent ?? false);
  });
});
