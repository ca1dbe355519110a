import * as z from 'zod';
import type { SentAnswer } from './send.ts';

type Body = Pick<SentAnswer, 'body'>;

/** The whole body as text. Stops reading and throws {@link BodyTooLarge} once it is longer than the bound, in bytes. */
export async function readBody(answer: Body, bytesMax: number): Promise<string> {
  const { text, isWhole } = await readUpTo(answer, bytesMax);
  if (!isWhole) throw new BodyTooLarge(bytesMax);
  return text;
}

/** Internal to the client, which turns it into an error that names the service. */
export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge';
  readonly bytesMax: number;
  constructor(bytesMax: number) {
    super(`The body is longer than ${bytesMax} bytes.`);
    this.bytesMax = bytesMax;
  }
}

/**
 * What the platform's error envelope says, at most 200 characters on one line, with the credential and the query
 * strings of URLs taken out. Empty where the body is not that envelope: other bodies are never quoted.
 */
export async function readExcerpt(answer: Body, secret: string | undefined): Promise<string> {
  const { text } = await readUpTo(answer, errorBytesMax);
  const message = errorMessage(text);
  return (secret ? message.replaceAll(secret, '***') : message)
    .replace(/\p{C}+/gu, ' ')
    .replace(/\?[^\s?]+=\S*/g, '?…')
    .trim()
    .slice(0, excerptCharactersMax)
    .toWellFormed();
}

/** An error's envelope is small; a longer error body isn't read to its end. */
const errorBytesMax = 64 * 1024;

/** Enough to say what is wrong, too little to carry a document into a log. */
const excerptCharactersMax = 200;

async function readUpTo({ body }: Body, bytesMax: number): Promise<{ text: string; isWhole: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return { text, isWhole: false };
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), isWhole: true };
}

const errorEnvelope = z.object({ error: z.object({ message: z.string() }) });

/** Empty for a body that is not the envelope, JSON or not. */
function errorMessage(body: string): string {
  try {
    const parsed = errorEnvelope.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.error.message : '';
  } catch {
    return '';
  }
}
