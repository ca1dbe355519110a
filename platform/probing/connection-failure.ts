/** What Node's codes mean to people. */
const meanings: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection broken off',
  EPIPE: 'connection broken off',
  EPROTO: 'no agreement on encryption',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'connection timed out',
};

/** Failures that only somebody at the other end can have caused. */
const fromTheOtherSide = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EPROTO']);

/** Why there was no answer, in a few words that quote nothing of it. */
export function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const code = codeOf(error);
  if (isNotHttp(code)) return 'answered with something other than HTTP';
  if (isEncryptionCode(code)) return 'no agreement on encryption';
  if (isCertificateCode(code)) return `certificate not accepted: ${code}`;
  return meanings[code] ?? `no connection: ${code}`;
}

/** Whether the failure shows that the network between here and there works. */
export function isFromTheOtherSide(error: unknown): boolean {
  const code = codeOf(error);
  return fromTheOtherSide.has(code) || isNotHttp(code) || isCertificateCode(code) || isEncryptionCode(code);
}

/** A code of Node's parser; each tells what of HTTP was broken. */
function isNotHttp(code: string): boolean {
  return code.startsWith('HPE_');
}

/** What Node finds wrong with a certificate; not all of it has the word. */
function isCertificateCode(code: string): boolean {
  return /CERT|^ERR_TLS|^UNABLE_TO_/.test(code);
}

/** A code of OpenSSL for the protocol, where the alert is not about a certificate. */
function isEncryptionCode(code: string): boolean {
  return code.startsWith('ERR_SSL_') && !isCertificateCode(code);
}

/** A host with several addresses fails with one error for each; they are of one kind, or the last speaks for all. */
function codeOf(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors.at(-1) : error;
  return one instanceof Error && 'code' in one && typeof one.code === 'string' ? one.code : 'unknown';
}
