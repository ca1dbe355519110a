import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../functions/core/errors.ts';
import { hookEventOf } from '../../../functions/workflows/hook-event.ts';
import { giteaPush, githubPullRequest, githubPush } from './hook-samples.ts';

const bytes = (payload: unknown) => Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
const derive = (payload: unknown, event = 'push') => hookEventOf(event, bytes(payload));
const nothing = { branch: null, commit_message: null, repo_url: null, sha: null, ref: null, author: null };

describe('a push', () => {
  it('of GitHub', () => {
    expect(derive(githubPush)).toEqual({
      event: 'push',
      branch: 'main',
      commit_message: 'Update README.md\n\nWith a second line: Grüße.',
      repo_url: 'https://github.com/octo-org/hello-world',
      sha: '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c',
      ref: 'refs/heads/main',
      author: 'mona',
      repository: 'octo-org/hello-world',
      payload: githubPush,
    });
  });

  it('of Gitea', () => {
    expect(derive(giteaPush)).toEqual({
      event: 'push',
      branch: 'feature/auth',
      commit_message: 'Add the login page\n',
      repo_url: 'http://omni-gitea:3000/omni-admin/my-project',
      sha: 'bffeb74224043ba2feb48d137756c8a9331c449a',
      ref: 'refs/heads/feature/auth',
      author: 'omni-admin',
      repository: 'omni-admin/my-project',
      payload: giteaPush,
    });
  });

  it("of GitHub's form is the same as of its JSON", () => {
    const form = new URLSearchParams({ payload: JSON.stringify(githubPush) }).toString();
    expect(derive(form)).toEqual(derive(githubPush));
  });

  it('of a tag has no branch', () => {
    const tagged = derive({ ...githubPush, ref: 'refs/tags/v1.0' });
    expect(tagged).toMatchObject({ branch: null, ref: 'refs/tags/v1.0', sha: githubPush.after });
  });

  it.each(['refs/heads/main', 'refs/tags/v1.0'])('that deletes %s starts nothing', (ref) => {
    const after = '0'.repeat(40);
    expect(derive({ ...githubPush, ref, after, deleted: true, head_commit: null, commits: [] })).toBeUndefined();
  });

  it('without its newest commit by itself has it from the list', () => {
    const older = { id: githubPush.before, message: 'Older' };
    const newest = { id: githubPush.after, message: 'Newest', author: { name: 'Mona', username: '' } };
    const listed = derive({ ...githubPush, head_commit: undefined, commits: [older, newest] });
    expect(listed).toMatchObject({ commit_message: 'Newest', author: 'Mona' });
  });

  it('without any commit is by its sender', () => {
    const empty = derive({ ...githubPush, head_commit: null, commits: [] });
    expect(empty).toMatchObject({ commit_message: null, author: 'octocat', sha: githubPush.after });
  });

  it.each([
    ['with credentials', 'https://me:secret@git.example/a/b.git'],
    ['over SSH', 'git@git.example:a/b.git'],
  ])('from an address that pipelines do not take keeps it as sent: %s', (_, clone_url) => {
    expect(derive({ ...githubPush, repository: { clone_url } })?.repo_url).toBe(clone_url);
  });
});

describe('another event', () => {
  it('that is a pull request is of its head, and of the repository that it is for', () => {
    expect(derive(githubPullRequest, 'pull_request')).toEqual({
      event: 'pull_request',
      branch: 'changes',
      commit_message: 'Update the README with new information.',
      repo_url: 'https://github.com/octo-org/hello-world',
      sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
      ref: null,
      author: 'monalisa',
      repository: 'octo-org/hello-world',
      payload: githubPullRequest,
    });
  });

  it('that names a branch without its path has the branch', () => {
    const { repository, sender } = githubPush;
    const created = { ref: 'next', ref_type: 'branch', repository, sender };
    expect(derive(created, 'create')).toMatchObject({
      event: 'create',
      branch: 'next',
      ref: 'next',
      author: 'octocat',
    });
    expect(derive({ ...created, ref_type: 'tag' }, 'create')).toMatchObject({ branch: null, ref: 'next' });
  });

  it('that is not known gives what is known, and all that was sent', () => {
    expect(derive({ zen: 'Keep it logically awesome.' }, 'anything')).toEqual({
      event: 'anything',
      ...nothing,
      repository: null,
      payload: { zen: 'Keep it logically awesome.' },
    });
  });
});

it.each([
  { ref: 5, after: {}, repository: 'x', head_commit: [], sender: null, commits: 'none' },
  { repository: { clone_url: 1, full_name: [] }, head_commit: { message: {}, author: 'me' } },
  { pull_request: { head: null, title: 5 } },
  { commits: [null, 5, { id: null }] },
  JSON.parse(
    '{"__proto__":{"ref":"refs/heads/main"},"repository":{"__proto__":{"clone_url":"https://a.example/b/c"}}}',
  ),
])('fields of other kinds than they should be are null (%#)', (payload) => {
  expect(derive(payload)).toEqual({ event: 'push', ...nothing, repository: null, payload });
});

describe('half of a surrogate pair, which programs refuse to read', () => {
  const text = String.raw`{"ref":"refs/heads/main","sha":"\ud83d","head_commit":{"message":"fix \ud83d\ude00\ud800"}}`;

  it.each([
    ['JSON', text],
    ['a form', `payload=${encodeURIComponent(text)}`],
  ])('is replaced in all that is taken from the payload, in %s', (_, body) => {
    const event = hookEventOf('push', Buffer.from(body));
    expect(event).toMatchObject({ branch: 'main', sha: '\ufffd', commit_message: 'fix 😀\ufffd' });
    expect(JSON.stringify(event)).not.toMatch(/\\ud/);
  });
});

describe('a body that is none', () => {
  const refusalOf = (body: string | Uint8Array) => {
    try {
      hookEventOf('push', typeof body === 'string' ? Buffer.from(body) : body);
    } catch (error) {
      if (error instanceof ApiError) return { code: error.code, details: error.details };
    }
    throw new Error('it was not refused');
  };

  it.each([
    ['', 'body', /^is not JSON/],
    ['{', 'body', /^is not JSON/],
    ['null', 'body', /^must be a JSON object$/],
    ['[]', 'body', /^must be a JSON object$/],
    ['"push"', 'body', /^must be a JSON object$/],
    ['ref=main', 'body', /^is not JSON/],
    ['payload=', 'body.payload', /^is not JSON/],
    ['payload=%7B', 'body.payload', /^is not JSON/],
    ['payload=%5B%5D', 'body.payload', /^must be a JSON object$/],
    [Buffer.from([0xff]), 'body', /^is not UTF-8$/],
  ])('is refused with its path: %j', (body, path, message) => {
    const { code, details } = refusalOf(body);
    expect(code).toBe('VALIDATION_ERROR');
    expect(details).toEqual([{ path, message: expect.stringMatching(message) }]);
  });
});
