import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { isSigned } from '../../../functions/workflows/hook-signature.ts';

const secret = "It's a Secret to Everybody";
const body = Buffer.from('Hello, World!');
const digest = createHmac('sha256', secret).update(body).digest('hex');
const other = createHmac('sha256', 'another secret').update(body).digest('hex');
const github = (signature: string) => ({ 'x-hub-signature-256': signature });
const gitea = (signature: string) => ({ 'x-gitea-signature': signature });

it("GitHub's own example is right", () => {
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  expect(isSigned(body, github(signature), secret)).toBe(true);
});

it.each([
  ['of GitHub', github(`sha256=${digest}`)],
  ['of Gitea', gitea(digest)],
  ['of both', { ...github(`sha256=${digest}`), ...gitea(digest) }],
])('a right signature %s is taken', (_, headers) => {
  expect(isSigned(body, headers, secret)).toBe(true);
});

it('a signature is over bytes, of whatever kind', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  expect(isSigned(bytes, gitea(createHmac('sha256', secret).update(bytes).digest('hex')), secret)).toBe(true);
});

it.each([
  ['none at all', {}],
  ['one that is undefined', { 'x-hub-signature-256': undefined, 'x-gitea-signature': undefined }],
  ['one by another secret, of GitHub', github(`sha256=${other}`)],
  ['one by another secret, of Gitea', gitea(other)],
  ['a wrong one beside a right one', { ...github(`sha256=${digest}`), ...gitea(other) }],
  ['a right one beside a malformed one', { ...github(digest), ...gitea(digest) }],
  ['an empty one', { ...github(''), ...gitea('') }],
  ['no digest', github('sha256=')],
  ['the digest without its algorithm', github(digest)],
  ['the digest of Gitea with an algorithm', gitea(`sha256=${digest}`)],
  ['another algorithm', github(`sha1=${digest}`)],
  ['a digest that is too short', gitea(digest.slice(2))],
  ['a digest that is too long', gitea(`${digest}00`)],
  ['a digest with a space before it', gitea(` ${digest}`)],
  ['a digest with a line after it', gitea(`${digest}\n`)],
  ['a digest that is no hexadecimal', gitea('z'.repeat(64))],
  ['a digest in Base64', gitea(Buffer.from(digest, 'hex').toString('base64'))],
  ['a header that came twice', gitea(`${digest}, ${digest}`)],
])('is refused: %s', (_, headers) => {
  expect(isSigned(body, headers, secret)).toBe(false);
});

it.each([
  ['another body', Buffer.from('Hello, World'), secret],
  ['no body', Buffer.alloc(0), secret],
  ['another secret', body, `${secret}.`],
])('a signature is not right for %s', (_, bytes, by) => {
  expect(isSigned(bytes, gitea(digest), by)).toBe(false);
});
