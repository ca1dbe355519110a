import type { Backend, Json } from '../../backend/backend.ts';

/** A value where it is, or the object that holds it. */
export type StoredValue = { value: Json } | { object: string; bytes: number };

/** So much stands in the item itself: what most steps send and answer, and little enough for 200 of them to be read at once. */
const inlineBytesMax = 8 * 1024;

/** Keeps a value: in the item where it is small, else in an object of this key. */
export async function keepValue({ objects }: Pick<Backend, 'objects'>, key: string, value: Json): Promise<StoredValue> {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= inlineBytesMax) return { value };
  await objects.put(key, text, 'application/json');
  return { object: key, bytes };
}

/** The value that was kept. Throws where its object is gone. */
export async function keptValue({ objects }: Pick<Backend, 'objects'>, stored: StoredValue): Promise<Json> {
  if ('value' in stored) return stored.value;
  const bytes = await objects.get(stored.object);
  if (!bytes) throw new Error(`the object ${stored.object} is gone`);
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
}
