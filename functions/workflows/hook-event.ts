import type { Json } from '../../backend/backend.ts';
import { validationError } from '../core/errors.ts';
import { withoutLoneSurrogates } from '../core/interoperable-json.ts';
import { decodeText, parseJson } from '../core/request-body.ts';
import { parseRepository } from '../pipelines/contract.ts';
import { eventLevelsMax, isAtMostDeep, isStructure } from './json-value.ts';

type Payload = { [name: string]: Json };

/** What steps and filters see of an outside event, whoever sent it. What the sender does not tell is null. */
export type HookEvent = {
  /** Its name, such as `push`. */
  event: string;
  /** Null for a tag. */
  branch: string | null;
  /** Of the newest commit of a push; the title of a pull request. */
  commit_message: string | null;
  /** The address to clone from, without `.git` and in the normal form; that of the repository that a pull request is for. */
  repo_url: string | null;
  sha: string | null;
  ref: string | null;
  author: string | null;
  /** Owner and name. */
  repository: string | null;
  /** All that was sent. */
  payload: Payload;
};

/**
 * The event in a body that GitHub or Gitea sent, as JSON or as a form. Undefined where a branch or tag was deleted, of which
 * nothing is left to work on. Throws a VALIDATION_ERROR for anything that is no JSON object, or has more levels than an event
 * may have.
 */
export function hookEventOf(event: string, body: Uint8Array): HookEvent | undefined {
  const payload = payloadIn(decodeText(body));
  if (/^0+$/.test(textAt(payload, 'after') ?? '')) return undefined;
  const cloneUrl = textAt(payload, 'repository', 'clone_url');
  return {
    event,
    ...(at(payload, 'pull_request', 'head') === undefined ? pushed(payload) : requested(payload)),
    repo_url: cloneUrl === null ? null : (parseRepository(cloneUrl)?.url ?? cloneUrl),
    repository: textAt(payload, 'repository', 'full_name'),
    payload,
  };
}

/** The event holds the payload one level deeper. */
const payloadLevelsMax = eventLevelsMax - 1;

/** GitHub's form has one field, and no JSON begins like it. */
const formStart = 'payload=';

function payloadIn(text: string): Payload {
  const isForm = text.startsWith(formStart);
  const path = isForm ? 'body.payload' : 'body';
  const json = isForm ? (new URLSearchParams(text).get('payload') ?? '') : text;
  const payload = parseJson(withoutLoneSurrogates(json), path);
  if (!isStructure(payload) || Array.isArray(payload))
    throw validationError([{ path, message: 'must be a JSON object' }]);
  if (isAtMostDeep(payload, payloadLevelsMax)) return payload as Payload;
  throw validationError([{ path, message: `must not have more than ${payloadLevelsMax} levels` }]);
}

function pushed(payload: Payload) {
  const sha = textAt(payload, 'after') ?? textAt(payload, 'sha');
  const ref = textAt(payload, 'ref');
  const commit = newestCommit(payload, sha);
  const authors = [textAt(commit, 'author', 'username'), textAt(commit, 'author', 'name')];
  return {
    branch: branchOf(ref, textAt(payload, 'ref_type')),
    commit_message: textAt(commit, 'message'),
    sha,
    ref,
    author: authors.find((author) => author) ?? textAt(payload, 'sender', 'login'),
  };
}

/** Older Giteas tell the newest commit in the list of all only. */
function newestCommit(payload: Payload, sha: string | null): unknown {
  const head = at(payload, 'head_commit');
  const commits = at(payload, 'commits');
  if (head || !Array.isArray(commits)) return head;
  return commits.find((commit) => textAt(commit, 'id') === sha);
}

/** `create` and its like tell a bare name and what it names. */
function branchOf(ref: string | null, refType: string | null): string | null {
  if (refType !== null) return refType === 'branch' ? ref : null;
  return ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
}

function requested(payload: Payload) {
  const request = at(payload, 'pull_request');
  return {
    branch: textAt(request, 'head', 'ref'),
    commit_message: textAt(request, 'title'),
    sha: textAt(request, 'head', 'sha'),
    ref: null,
    author: textAt(request, 'user', 'login'),
  };
}

function textAt(value: unknown, ...path: string[]): string | null {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : null;
}

/** Only own fields count. */
function at(value: unknown, ...[name, ...rest]: string[]): unknown {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return at((value as Record<string, unknown>)[name], ...rest);
}
