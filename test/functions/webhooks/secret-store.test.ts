import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSecret, deleteSecrets, findSecrets, rotateSecret } from '../../../functions/webhooks/secret-store.ts';
import type { SigningSecrets } from '../../../functions/webhooks/signing-secret.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());

let webhooks = 0;
async function registered(): Promise<string> {
  webhooks += 1;
  await createSecret(home.backend, `wh_${webhooks}`, 'first');
  return `wh_${webhooks}`;
}

const find = (id: string) => findSecrets(home.backend, id);
const rotate = (id: string, secret: string) => rotateSecret(home.backend, id, secret, home.clock.now());
const table = () => home.backend.table('signing-secrets');

it('the secrets of a webhook are its own, and gone once they are deleted, however often', async () => {
  const [one, other] = [await registered(), await registered()];
  await rotate(one, 'second');
  expect(await find(one)).toMatchObject({ current: 'second', previous: [{ secret: 'first' }] });
  expect(await find(other)).toMatchObject({ current: 'first', previous: [] });
  await deleteSecrets(home.backend, one);
  await deleteSecrets(home.backend, one);
  expect([await find(one), (await find(other))?.current]).toEqual([undefined, 'first']);
});

it('of two who rotate at the same time one comes after the other, and no secret is lost', async () => {
  const id = await registered();
  await Promise.all([rotate(id, 'a'), rotate(id, 'b')]);
  const secrets = await find(id);
  const all = [secrets?.current, ...(secrets?.previous ?? []).map(({ secret }) => secret)];
  expect(all).toHaveLength(3);
  expect(new Set(all)).toEqual(new Set(['a', 'b', 'first']));
  expect(all[2]).toBe('first');
});

it('each who rotates is told what it made, also when somebody was faster', async () => {
  const id = await registered();
  const { put } = table();
  const overtaken = vi.spyOn(table(), 'put').mockImplementationOnce(async (...args) => {
    await rotate(id, 'faster');
    return put(...args);
  });
  const rotated = (await rotate(id, 'slower')) as SigningSecrets;
  overtaken.mockRestore();
  expect(rotated).toMatchObject({ current: 'slower', previous: [{ secret: 'faster' }, { secret: 'first' }] });
  expect(await find(id)).toMatchObject({ ...rotated });
});

it('a rotation makes no secret of a webhook that has none, nor of one that is deleted meanwhile', async () => {
  expect(await rotate('wh_unknown', 'second')).toBeUndefined();
  const id = await registered();
  const { put } = table();
  const overtaken = vi.spyOn(table(), 'put').mockImplementationOnce(async (...args) => {
    await deleteSecrets(home.backend, id);
    return put(...args);
  });
  expect(await rotate(id, 'second')).toBeUndefined();
  overtaken.mockRestore();
  expect([await find('wh_unknown'), await find(id)]).toEqual([undefined, undefined]);
});

it('a rotation is refused while five earlier secrets sign, and none of them is lost', async () => {
  const id = await registered();
  for (const secret of ['b', 'c', 'd', 'e', 'f']) await rotate(id, secret);
  const before = await find(id);
  expect(await rotate(id, 'g')).toBe('refused');
  expect(await find(id)).toEqual(before);
  expect(before?.previous.map(({ secret }) => secret)).toEqual(['e', 'd', 'c', 'b', 'first']);
});

it('a webhook that is registered again after a crash has the secret of the last attempt alone', async () => {
  const id = await registered();
  await createSecret(home.backend, id, 'second');
  expect(await find(id)).toMatchObject({ current: 'second', previous: [] });
});
