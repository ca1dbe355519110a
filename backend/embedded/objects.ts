import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Objects } from '../backend.ts';
import { hasErrorCode } from './error-code.ts';
import { isSignatureValid, signatureOf, signingKey } from './object-signature.ts';

/** Objects as files of the data folder, and the reader that the HTTP server answers their signed URLs with. */
export interface EmbeddedObjects extends Objects {
  /** What a GET of this path and query gets. Anything but an unchanged URL of {@link Objects.signedUrl} is refused. */
  readSigned(pathAndQuery: string): Promise<SignedRead>;
}

export type SignedRead =
  | { outcome: 'found'; body: Uint8Array; contentType: string }
  | { outcome: 'refused' }
  | { outcome: 'absent' };

export interface ObjectsOptions {
  folder: string;
  /** Where the HTTP server is reached; signed URLs are below its `/objects/`. */
  baseUrl: string;
  clock: Clock;
}

export function openObjects({ folder, baseUrl, clock }: ObjectsOptions): EmbeddedObjects {
  const root = join(folder, 'objects');
  const unfinished = join(root, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const signing = signingKey(folder);

  async function find(key: string): Promise<{ body: Uint8Array; contentType: string } | undefined> {
    try {
      return unpacked(await readFile(fileOf(root, key)));
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  return {
    async put(key, body, contentType) {
      checkKey(key);
      const draft = join(unfinished, randomUUID());
      await writeThrough(draft, packed({ key, contentType }, body));
      const file = fileOf(root, key);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await rename(draft, file);
    },
    get: async (key) => (await find(key))?.body,
    async signedUrl(key, expiresInSeconds) {
      checkKey(key);
      const expires = Math.floor(clock.now() / 1000 + expiresInSeconds);
      const path = key.split('/').map(encodeURIComponent).join('/');
      return `${baseUrl}/objects/${path}?expires=${expires}&signature=${signatureOf(signing, key, expires)}`;
    },
    async readSigned(pathAndQuery) {
      const asked = parsed(pathAndQuery);
      if (!asked || !isSignatureValid(signing, asked) || asked.expires * 1000 <= clock.now()) {
        return { outcome: 'refused' };
      }
      const found = await find(asked.key);
      return found ? { outcome: 'found', ...found } : { outcome: 'absent' };
    },
  };
}

/** Keys become path segments of URLs, where empty ones and dots would not survive. */
function checkKey(key: string): void {
  if (key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw new RangeError('The segments of a key are neither empty nor dots.');
  }
}

/** A file's name is the hash of its key: no key can leave the folder, be too long, or stand in another's way. */
function fileOf(root: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex');
  return join(root, hash.slice(0, 2), hash.slice(2));
}

/** One line of JSON, then the bytes: in one file, so that both change at once. */
function packed(head: { key: string; contentType: string }, body: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), typeof body === 'string' ? Buffer.from(body) : body]);
}

function unpacked(file: Buffer): { body: Uint8Array; contentType: string } {
  const end = file.indexOf('\n');
  const { contentType } = JSON.parse(file.toString('utf8', 0, end));
  return { body: file.subarray(end + 1), contentType };
}

/** On the disk before the rename shows it, so that no power cut leaves an empty object. */
async function writeThrough(file: string, bytes: Buffer): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
}

function parsed(pathAndQuery: string): { key: string; expires: number; signature: string } | undefined {
  const [path = '', query = ''] = pathAndQuery.split('?', 2);
  const values = new URLSearchParams(query);
  const expires = values.get('expires') ?? '';
  const key = decoded(path.replace(/^\/objects\//, ''));
  if (!path.startsWith('/objects/') || key === undefined || !/^\d{1,12}$/.test(expires)) return undefined;
  return { key, expires: Number(expires), signature: values.get('signature') ?? '' };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
