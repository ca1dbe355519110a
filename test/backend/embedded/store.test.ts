import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  DataFolderDamaged,
  DataFolderInUse,
  DataFolderNotWritable,
  DataFolderTooNew,
} from '../../../backend/embedded/data-folder.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { openTable } from '../../../backend/embedded/table.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

it('the folder is made where absent, for its owner alone', () => {
  const path = join(folder.path, 'deep', 'data');
  openStore(path).close();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, 'state.sqlite')).mode & 0o777).toBe(0o600);
});

it('a folder that is open already is refused, also within one process', () => {
  const store = openStore(folder.path);
  expect(() => openStore(folder.path)).toThrow(DataFolderInUse);
  store.close();
  openStore(folder.path).close();
});

it('a folder that cannot be is refused by its name', () => {
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  expect(() => openStore(file)).toThrow(DataFolderNotWritable);
  expect(() => openStore(join(file, 'below'))).toThrow(`${join(file, 'below')} cannot be written`);
});

it.skipIf(process.platform !== 'linux')('a folder below one that takes none is refused at once', () => {
  const opening = `const { openStore } = await import('./backend/embedded/store.ts'); openStore('/proc/no/data');`;
  const { stderr, error } = spawnSync(process.execPath, ['-e', opening], { timeout: 10_000, encoding: 'utf8' });
  expect(error).toBeUndefined();
  expect(stderr).toContain('The data folder /proc/no/data cannot be written.');
});

it('a folder that is a link to nowhere is refused', () => {
  const link = join(folder.path, 'link');
  symlinkSync(join(folder.path, 'nowhere'), link);
  expect(() => openStore(link)).toThrow(DataFolderNotWritable);
});

it('a folder that a later version wrote is refused', () => {
  openStore(folder.path).close();
  const database = new DatabaseSync(join(folder.path, 'state.sqlite'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(() => openStore(folder.path)).toThrow(DataFolderTooNew);
});

it('a file that is no database is refused by its name, and stays as it is', () => {
  const file = join(folder.path, 'state.sqlite');
  writeFileSync(file, 'garbage '.repeat(1_000));
  expect(() => openStore(folder.path)).toThrow(DataFolderDamaged);
  expect(() => openStore(folder.path)).toThrow(`${file} is damaged, or no database.`);
  expect(readFileSync(file, 'utf8')).toBe('garbage '.repeat(1_000));
});

it('an index that a later version declares finds the items stored before it', async () => {
  const clock = settableClock();
  const [store, item] = [openStore(folder.path), { pk: 'p', sk: 's', kind: 'k', id: '1' }];
  await openTable(store, 'things', {}, clock).put(item);
  store.close();
  const reopened = openStore(folder.path);
  const table = openTable(reopened, 'things', { by_kind: { partition: 'kind', sort: 'id' } }, clock);
  expect((await table.query({ index: 'by_kind', partition: 'k', limit: 1 })).items).toEqual([item]);
  reopened.close();
});

it('an error of the database takes back the whole turn, and everyone in it is told', async () => {
  const store = openStore(folder.path);
  store.database.exec('CREATE TABLE t (n INTEGER UNIQUE)');
  const insert = store.database.prepare('INSERT INTO t VALUES (?)');
  const outcomes = await Promise.allSettled([1, 2, 2].map((n) => store.write(() => insert.run(n))));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(store.database.prepare('SELECT * FROM t').all()).toEqual([]);
  await store.write(() => insert.run(3));
  expect(store.database.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 1 });
  store.close();
});

it('a read that could see an uncommitted write is answered after its commit', async () => {
  const store = openStore(folder.path);
  store.database.exec('CREATE TABLE t (n INTEGER)');
  const order: string[] = [];
  const write = store.write(() => store.database.exec('INSERT INTO t VALUES (1)')).then(() => order.push('write'));
  const read = store.read(() => store.database.prepare('SELECT n FROM t').all()).then(() => order.push('read'));
  expect(store.database.isTransaction).toBe(true);
  await read.then(() => expect(store.database.isTransaction).toBe(false));
  await write;
  expect(order).toEqual(['write', 'read']);
  store.close();
});

it('items that expired are removed in portions', async () => {
  const clock = settableClock();
  const store = openStore(folder.path);
  const table = openTable(store, 'things', {}, clock);
  const expires_at = Math.floor(clock.now() / 1000) + 10;
  for (const pk of ['a', 'b', 'c']) await table.put({ pk, sk: 's', expires_at });
  await table.put({ pk: 'd', sk: 's' });
  expect(await table.removeExpired(10)).toBe(0);
  clock.advance(11_000);
  expect([await table.removeExpired(2), await table.removeExpired(2)]).toEqual([2, 1]);
  expect(store.database.prepare('SELECT pk FROM table_things').all()).toEqual([{ pk: 'd' }]);
  store.close();
});
