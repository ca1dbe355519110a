import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Objects } from '../../backend/backend.ts';
import type { SettableClock } from './settable-clock.ts';

/** What an adapter brings so that the objects suite can prove it. Signed URLs must be answered while it is open. */
export interface ObjectsHarness {
  name: string;
  open(): Promise<OpenObjects>;
  /** Whether the service checks signatures. Emulators of S3 may not; without it the tests of refusals are skipped. */
  checksSignatures: boolean;
  /** The clock that URLs expire by, where it can be set; without it the test of their end is skipped. */
  clock?: SettableClock;
}

export interface OpenObjects {
  objects: Objects;
  close(): Promise<void>;
}

/** Declares the tests of what the Objects port promises: bytes by key, and URLs that open one object for a while. */
export function describeObjects(harness: ObjectsHarness): void {
  describe(`objects of ${harness.name}`, () => {
    let opened: OpenObjects;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(() => opened.close());
    const objects = () => opened.objects;

    it('bytes come back as they were put', async () => {
      const key = `${randomUUID()}/artifact.bin`;
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
      await objects().put(key, bytes, 'application/octet-stream');
      expect(Buffer.from((await objects().get(key)) ?? []).equals(bytes)).toBe(true);
    });

    it('text is stored as its UTF-8, and may be empty', async () => {
      const key = `${randomUUID()}/log.txt`;
      await objects().put(key, 'Grüße 👋', 'text/plain; charset=utf-8');
      expect(new TextDecoder().decode(await objects().get(key))).toBe('Grüße 👋');
      await objects().put(key, '', 'text/plain; charset=utf-8');
      expect(await objects().get(key)).toHaveLength(0);
    });

    it('an absent object is undefined', async () => {
      expect(await objects().get(`${randomUUID()}/nothing`)).toBeUndefined();
    });

    it('a later put replaces bytes and content type', async () => {
      const key = `${randomUUID()}/report`;
      await objects().put(key, 'a first, longer text', 'text/plain');
      await objects().put(key, '{}', 'application/json');
      const answer = await fetch(await objects().signedUrl(key, 60));
      expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['application/json', '{}']);
    });

    it('of writers of one key at once, one wins whole', async () => {
      const key = `${randomUUID()}/contended`;
      const texts = Array.from({ length: 10 }, (_, index) => String(index).repeat(50_000));
      await Promise.all(texts.map((text) => objects().put(key, text, 'text/plain')));
      expect(texts).toContain(new TextDecoder().decode(await objects().get(key)));
    });

    const keys = [
      'a b+c&d=e?f#g.txt',
      'ünï/çødé 👍.json',
      '100%/%2e%2e/x',
      'deep/er/and/deeper',
      '.hidden',
      'a',
      'a/b',
    ];
    it('an object is found by exactly its key, whatever characters that has', async () => {
      const prefix = randomUUID();
      await Promise.all(keys.map((key) => objects().put(`${prefix}-${key}`, key, 'text/plain')));
      for (const key of keys) {
        expect(new TextDecoder().decode(await objects().get(`${prefix}-${key}`))).toBe(key);
      }
    });

    it.each(['plain.txt', 'a b+c&d=e?f.txt', 'runs/1/ünï 👍.json'])(
      'a signed URL of %s opens it without credentials',
      async (end) => {
        const key = `${randomUUID()}/${end}`;
        await objects().put(key, `the text of ${end}`, 'text/markdown');
        const answer = await fetch(await objects().signedUrl(key, 60));
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toBe('text/markdown');
        expect(await answer.text()).toBe(`the text of ${end}`);
      },
    );

    it('a signed URL of an object that is not there is not found', async () => {
      const answer = await fetch(await objects().signedUrl(`${randomUUID()}/nothing`, 60));
      expect(answer.status).toBe(404);
    });

    if (harness.checksSignatures)
      it('a signed URL with any part changed is refused', async () => {
        const [key, other] = [`${randomUUID()}/mine`, `${randomUUID()}/other`];
        await objects().put(key, 'mine', 'text/plain');
        await objects().put(other, 'other', 'text/plain');
        const signed = await objects().signedUrl(key, 60);
        expect((await fetch(signed)).status).toBe(200);
        expect((await fetch(signed.replace(key, other))).ok).toBe(false);
        for (const name of new URL(signed).searchParams.keys()) {
          expect((await fetch(withChanged(signed, name))).ok, `with ${name} changed`).toBe(false);
          expect((await fetch(without(signed, name))).ok, `without ${name}`).toBe(false);
        }
      });

    if (harness.clock)
      it('a signed URL is refused from its end on', async () => {
        const key = `${randomUUID()}/brief`;
        await objects().put(key, 'brief', 'text/plain');
        const signed = await objects().signedUrl(key, 60);
        harness.clock?.advance(59_000);
        expect((await fetch(signed)).status).toBe(200);
        harness.clock?.advance(2_000);
        expect((await fetch(signed)).status).toBe(403);
      });
  });
}

function withChanged(url: string, name: string): string {
  const changed = new URL(url);
  const value = changed.searchParams.get(name) ?? '';
  changed.searchParams.set(name, `${value.slice(0, -1)}${value.endsWith('1') ? '2' : '1'}`);
  return changed.href;
}

function without(url: string, name: string): string {
  const changed = new URL(url);
  changed.searchParams.delete(name);
  return changed.href;
}
