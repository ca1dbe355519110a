import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import document from '../../../openapi.json' with { type: 'json' };
import { openApi, type TestApi } from '../open-api.ts';
import { expectRefusal } from '../refusals.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

describe('200', () => {
  it('gives the committed document to anyone', async () => {
    const { status, body } = await api.send('GET', '/openapi.json', { token: null });
    expect([status, body]).toEqual([200, document]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await api.send('GET', '/openapi.json?version=2'), 400, 'VALIDATION_ERROR');
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', async () => {
    const real = JSON.stringify;
    const stringify = vi.spyOn(JSON, 'stringify').mockImplementation((value, ...rest) => {
      if (value === document.paths) throw new Error('out of memory');
      return real(value, ...(rest as [null, number]));
    });
    const answer = await api.send('GET', '/openapi.json');
    stringify.mockRestore();
    expectRefusal(answer, 500, 'INTERNAL');
    expect(answer.text).not.toContain('memory');
  });
});
