import { isSecretName } from './secret-names.ts';
import type { ConfigChange } from './service-config.ts';

/** What stands for a secret in answers. */
export const mask = '***' as const;

/** A variable's value as it may be shown: nothing of one with a secret's name, and of any other what is no secret in it. */
export function maskedValue(name: string, value: string): string {
  return isSecretName(name) ? mask : replaceSecrets(value, () => mask);
}

/** A change as it may be shown. */
export function maskedChange({ environment, resources }: ConfigChange): ConfigChange {
  const shown = Object.entries(environment).map(([name, value]) => [
    name,
    value === null ? null : maskedValue(name, value),
  ]);
  return { environment: Object.fromEntries(shown), resources };
}

/** Whether a value came out of an answer, so that storing it would put the mask in a secret's place. */
export function holdsMask(value: string): boolean {
  let isMasked = value.trim() === mask;
  replaceSecrets(value, (secret) => {
    isMasked ||= secret.includes(mask);
    return secret;
  });
  return isMasked;
}

type Replace = (secret: string) => string;

/** The value with each secret in it replaced: a private key, the password of a URL, what is assigned to a secret's name. */
function replaceSecrets(value: string, replace: Replace): string {
  if (/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(value)) return replace(value);
  const withoutPasswords = value
    .split(/(\s+)/)
    .map((part) => replaceInUrl(part, replace))
    .join('');
  return replaceAssigned(withoutPasswords, replace);
}

/**
 * `name=` and `"name": `, as in connection strings, queries of URLs, options and JSON. Names are bounded, so that a long
 * text without any costs no more than its length.
 */
const assignment = /([A-Za-z][\w.-]{0,63})["']?\s{0,4}[:=]\s{0,4}/g;
const assigned = /"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?|((Bearer|Basic|Token)\s{1,4})?[^\s;&]*/iy;

function replaceAssigned(text: string, replace: Replace): string {
  let shown = '';
  let end = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(assignment)) {
    if (index < end || !isSecretName(name)) continue;
    assigned.lastIndex = index + whole.length;
    const [secret = ''] = assigned.exec(text) ?? [];
    shown += text.slice(end, index + whole.length) + (secret === '' ? '' : replace(secret));
    end = index + whole.length + secret.length;
  }
  return shown + text.slice(end);
}

/**
 * Everything from the name's colon to the last @ counts as password, since people put in what a URL should have encoded.
 * A lone name before the @ is a token where the scheme is http or https.
 */
function replaceInUrl(text: string, replace: Replace): string {
  const end = text.lastIndexOf('@');
  if (end < 0) return text;
  const before = text.slice(0, end);
  const user = /:\/\/[^:@/?#]*:/.exec(before) ?? /https?:\/\/(?=[^:@/?#]+$)/i.exec(before);
  if (!user) return text;
  const start = user.index + user[0].length;
  return start === end ? text : `${text.slice(0, start)}${replace(text.slice(start, end))}${text.slice(end)}`;
}
