/**
 * Whether what has this name is a secret: `API_KEY`, `DB_PASSWORD`, `githubToken`, but neither `MAX_TOKENS` nor
 * `TOKEN_TTL`. In doubt it is: a harmless value that is hidden does less harm than a secret that is shown.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (isHookAddress(words, last) || secretAtEnd.has(last) || secretAtEnd.has(words.slice(-2).join(''))) return true;
  if (describing.has(last)) return false;
  const isCounted = words.some((word) => counting.has(word));
  return words.some((word) => secretWord.test(word) && !(isCounted && countable.test(word)));
}

/** Whoever knows the address of an incoming webhook may use it. */
function isHookAddress(words: string[], last: string): boolean {
  return /^ur[il]s?$/.test(last) && words.some((word) => word.endsWith('hook'));
}

/** Alone or at the end of a word written together, as in `PGPASSWORD`. `key` only alone: a monkey is no secret. */
const secretWord =
  /^(keys?|authorization)$|(password|passwd|passphrase|passcode|pwd|secret|token|credential|(api|access|secret|private|auth|signing|encryption|master)key)s?$|^creds$|^connstr$/;

/** Secrets where they end a name, as in `NEO4J_AUTH`; elsewhere they describe, as in `AUTH_METHOD`. */
const secretAtEnd = new Set(
  'auth jwt pat pass pw dsn cookie cookies salt pepper sig signature header headers connectionstring'.split(' '),
);

/** What is told of a secret and is none: how long, how many, where, of which kind. */
const describing = new Set(
  [
    'limit limits length size count bits rounds budget rate cost price quota attempts retries',
    'ttl age expiry expires expiration lifetime timeout interval seconds minutes hours days ms rotation',
    'url urls uri endpoint host port file path dir directory prefix',
    'name type method mode algorithm format provider policy version issuer audience scope scopes',
    'enabled disabled required active user username email',
  ]
    .join(' ')
    .split(' '),
);

/** Beside these, tokens and keys are things that are counted, as in `MAX_TOKENS` and `PROMPT_TOKENS_PER_CALL`. */
const counting = new Set(
  'max min maximum minimum num number total per context input output prompt completion reasoning thinking chunk'.split(
    ' ',
  ),
);
const countable = /^(tokens|keys)$/;

/** The words of a name in whatever style it is written, in lower case and without numbers at their ends. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
}
