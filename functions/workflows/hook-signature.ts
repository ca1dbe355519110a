import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers that GitHub and Gitea put their signatures into; Gitea sends both. */
export interface SignatureHeaders {
  /** `sha256=` and the digest in hexadecimal. */
  'x-hub-signature-256'?: string | undefined;
  /** The digest in hexadecimal. */
  'x-gitea-signature'?: string | undefined;
}

/**
 * Whether the body was signed with this secret: HMAC-SHA256 over its bytes. One signature must be there, and all that are
 * there must be right. How long it takes tells nothing of how wrong one is.
 */
export function isSigned(body: Uint8Array, headers: SignatureHeaders, secret: string): boolean {
  const { 'x-hub-signature-256': github, 'x-gitea-signature': gitea } = headers;
  const given = [
    ...(github === undefined ? [] : [digestIn(github, /^sha256=([0-9a-f]{64})$/)]),
    ...(gitea === undefined ? [] : [digestIn(gitea, /^([0-9a-f]{64})$/)]),
  ];
  const right = createHmac('sha256', secret).update(body).digest();
  return given.length > 0 && given.every((digest) => digest !== undefined && timingSafeEqual(digest, right));
}

function digestIn(signature: string, form: RegExp): Buffer | undefined {
  const hex = form.exec(signature)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}
