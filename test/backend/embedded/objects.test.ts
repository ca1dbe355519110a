import { statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openObjects, type SignedRead } from '../../../backend/embedded/objects.ts';
import { describeObjects } from '../../suites/objects-suite.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = settableClock();

describeObjects({
  name: 'the embedded home',
  checksSignatures: true,
  clock,
  async open() {
    const folder = temporaryFolder();
    const server = createServer(async (request, response) => {
      answer(response, await objects.readSigned(request.url ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const objects = openObjects({ folder: folder.path, baseUrl, clock });
    return {
      objects,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        folder.remove();
      },
    };
  },
});

function answer(response: ServerResponse, read: SignedRead): void {
  if (read.outcome !== 'found') response.writeHead(read.outcome === 'refused' ? 403 : 404).end();
  else response.writeHead(200, { 'content-type': read.contentType }).end(read.body);
}

describe('objects in the data folder', () => {
  function opened(folder: string) {
    return openObjects({ folder, baseUrl: '', clock });
  }

  it('a signed URL outlasts the process that signed it', async () => {
    const folder = temporaryFolder();
    await opened(folder.path).put('a/b', 'text', 'text/plain');
    const url = await opened(folder.path).signedUrl('a/b', 60);
    expect(await opened(folder.path).readSigned(url)).toMatchObject({ outcome: 'found', contentType: 'text/plain' });
    folder.remove();
  });

  it('a URL signed by another data folder is refused', async () => {
    const [mine, other] = [temporaryFolder(), temporaryFolder()];
    await opened(mine.path).put('a', 'text', 'text/plain');
    const url = await opened(other.path).signedUrl('a', 60);
    expect(await opened(mine.path).readSigned(url)).toEqual({ outcome: 'refused' });
    mine.remove();
    other.remove();
  });

  it.each([
    '/objects/../objects.key',
    '/objects/..%2Fobjects.key',
    '/objects/%E0%A4%A',
    '/objects/',
    '/',
    '',
    '/objects/a?expires=x',
  ])('the path %j, never signed, is refused', async (path) => {
    const folder = temporaryFolder();
    expect(await opened(folder.path).readSigned(path)).toEqual({ outcome: 'refused' });
    folder.remove();
  });

  it.each(['', '.', '..', 'a/../b', '../a', 'a//b', '/a', 'a/'])('the key %j is refused', async (key) => {
    const folder = temporaryFolder();
    await expect(opened(folder.path).put(key, 'text', 'text/plain')).rejects.toThrow(RangeError);
    folder.remove();
  });

  it('the signing key is for its owner alone', () => {
    const folder = temporaryFolder();
    opened(folder.path);
    expect(statSync(join(folder.path, 'objects.key')).mode & 0o777).toBe(0o600);
    folder.remove();
  });
});
