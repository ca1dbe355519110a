import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contracts } from '../../functions/contracts.ts';
import { newId } from '../../functions/core/ids.ts';
import { nextCursor } from '../../functions/core/page.ts';
import { openApi, type TestApi } from './open-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const ids = { webhooks: newId('wh', 0), workflows: newId('wf', 0) };

/** Every list of the API, with what its cursors are made for. */
const lists = contracts
  .filter(({ query }) => query && 'cursor' in query.shape)
  .map(({ operationId, domain, path, parameters }) => {
    const id = parameters && 'id' in parameters.shape ? ids[domain as keyof typeof ids] : undefined;
    return { operationId, path: path.replace('{id}', id ?? ''), listed: { list: operationId, id } };
  });

const ask = async (path: string, listed: (typeof lists)[number]['listed']) => {
  const page = { items: [{ pk: 'p', sk: 's', id: 'x' }], more: true };
  const cursor = nextCursor(page, 'id', listed) as string;
  const { status, body } = await api.send('GET', `${path}?${new URLSearchParams({ cursor })}`);
  return status === 400 ? body.error.message : 'taken';
};

describe.each(lists)('$operationId', ({ operationId, path, listed }) => {
  it('takes its own cursors', async () => {
    expect(await ask(path, listed)).toBe('taken');
  });

  it('refuses those of every other list, and of another resource', async () => {
    const others = lists.filter((other) => other.operationId !== operationId).map((other) => other.listed);
    for (const other of [...others, { list: operationId, id: newId('wf', 0) }]) {
      expect(await ask(path, other)).toMatch(/^query.cursor: is of another list/);
    }
  });
});

it('there are seven lists', () => {
  expect(lists).toHaveLength(7);
});
