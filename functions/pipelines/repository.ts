/** A repository address that a pipeline may be run for. */
export interface Repository {
  /** Without credentials, `.git` and trailing slash, host in lower case: what identifies the repository. */
  url: string;
  owner: string;
  name: string;
}

/**
 * Reads a repository URL: http or https, no credentials, a path of at least owner and name. Undefined for anything else.
 * URLs of one repository that differ in the host's case, `.git` or a trailing slash give the same `url`.
 */
export function parseRepository(text: string): Repository | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || !['http:', 'https:'].includes(url.protocol)) return undefined;
  const path = url.pathname.replace(/\/+$/, '').replace(/(?:\.git)+$/, '');
  const segments = path.split('/').slice(1);
  const [owner, name] = segments.slice(-2);
  if (segments.length < 2 || segments.includes('') || !owner || !name) return undefined;
  return { url: `${url.protocol}//${url.host}${path}`, owner, name };
}
