import { createHmac } from 'node:crypto';

export const hookSecret = 'hook-secret-0123456789';

const sha = '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c';
const before = '6113728f27ae82c7b1a177c8d03f9e96e0adf246';

/** A push as GitHub sends it (docs.github.com, "Webhook events and payloads"), shortened to the fields that its format has most. */
export const githubPush = {
  ref: 'refs/heads/main',
  before,
  after: sha,
  repository: {
    id: 186853002,
    node_id: 'MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=',
    name: 'hello-world',
    full_name: 'octo-org/hello-world',
    private: false,
    owner: { name: 'octo-org', email: null, login: 'octo-org', id: 21031067, type: 'Organization' },
    html_url: 'https://github.com/octo-org/hello-world',
    clone_url: 'https://github.com/octo-org/hello-world.git',
    ssh_url: 'git@github.com:octo-org/hello-world.git',
    default_branch: 'main',
    master_branch: 'main',
  },
  pusher: { name: 'octocat', email: 'octocat@github.com' },
  sender: { login: 'octocat', id: 583231, type: 'User' },
  created: false,
  deleted: false,
  forced: false,
  base_ref: null,
  compare: 'https://github.com/octo-org/hello-world/compare/6113728f27ae...0d1a26e67d8f',
  commits: [
    {
      id: sha,
      tree_id: 'f9d2a07e9488b91af2641b26b9407fe22a451433',
      distinct: true,
      message: 'Update README.md\n\nWith a second line: Grüße.',
      timestamp: '2026-01-15T13:50:42-07:00',
      url: 'https://github.com/octo-org/hello-world/commit/0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c',
      author: { name: 'Mona Octocat', email: 'mona@github.com', username: 'mona' },
      committer: { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' },
      added: [],
      removed: [],
      modified: ['README.md'],
    },
  ],
  head_commit: {
    id: sha,
    tree_id: 'f9d2a07e9488b91af2641b26b9407fe22a451433',
    distinct: true,
    message: 'Update README.md\n\nWith a second line: Grüße.',
    timestamp: '2026-01-15T13:50:42-07:00',
    url: 'https://github.com/octo-org/hello-world/commit/0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c',
    author: { name: 'Mona Octocat', email: 'mona@github.com', username: 'mona' },
    committer: { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' },
    added: [],
    removed: [],
    modified: ['README.md'],
  },
};

const giteaSha = 'bffeb74224043ba2feb48d137756c8a9331c449a';
const giteaUser = {
  id: 1,
  login: 'omni-admin',
  full_name: '',
  email: 'admin@omni.example',
  avatar_url: 'http://omni-gitea:3000/avatars/1',
  username: 'omni-admin',
};
const giteaCommit = {
  id: giteaSha,
  message: 'Add the login page\n',
  url: `http://omni-gitea:3000/omni-admin/my-project/commit/${giteaSha}`,
  author: { name: 'Omni Admin', email: 'admin@omni.example', username: 'omni-admin' },
  committer: { name: 'Omni Admin', email: 'admin@omni.example', username: 'omni-admin' },
  verification: null,
  timestamp: '2026-01-15T13:50:21+01:00',
  added: ['login.html'],
  removed: [],
  modified: [],
};

/** A push as Gitea sends it (docs.gitea.com, "Webhooks"), shortened. */
export const giteaPush = {
  ref: 'refs/heads/feature/auth',
  before: '28e1879d029cb852e4844d9c718537df08844e03',
  after: giteaSha,
  compare_url: 'http://omni-gitea:3000/omni-admin/my-project/compare/28e1879d029c...bffeb7422404',
  commits: [giteaCommit],
  total_commits: 1,
  head_commit: giteaCommit,
  repository: {
    id: 140,
    owner: giteaUser,
    name: 'my-project',
    full_name: 'omni-admin/my-project',
    description: '',
    private: true,
    fork: false,
    html_url: 'http://omni-gitea:3000/omni-admin/my-project',
    ssh_url: 'git@omni-gitea:omni-admin/my-project.git',
    clone_url: 'http://omni-gitea:3000/omni-admin/my-project.git',
    default_branch: 'main',
  },
  pusher: giteaUser,
  sender: giteaUser,
};

/** A pull request as GitHub sends it, shortened; from a fork. */
export const githubPullRequest = {
  action: 'opened',
  number: 2,
  pull_request: {
    url: 'https://api.github.com/repos/octo-org/hello-world/pulls/2',
    number: 2,
    state: 'open',
    title: 'Update the README with new information.',
    user: { login: 'monalisa', id: 2, type: 'User' },
    body: 'This is a pretty simple change.',
    head: {
      label: 'monalisa:changes',
      ref: 'changes',
      sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
      repo: { full_name: 'monalisa/hello-world', clone_url: 'https://github.com/monalisa/hello-world.git' },
    },
    base: { label: 'octo-org:main', ref: 'main', sha: before },
    merged: false,
  },
  repository: githubPush.repository,
  sender: { login: 'octocat', id: 583231, type: 'User' },
};

export const hmacOf = (body: string | Uint8Array, secret = hookSecret) =>
  createHmac('sha256', secret).update(body).digest('hex');

/** The headers that GitHub sends beside its content type. */
export function githubHeaders(
  body: string,
  { event = 'push', delivery = '72d3162e-cc78-11e3-81ab-4c9367dc0958' } = {},
) {
  return {
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-hook-id': '292430182',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${hmacOf(body)}`,
  };
}

/** The headers that Gitea sends beside its content type: its own, and those of GitHub. */
export function giteaHeaders(body: string, { event = 'push', delivery = 'f6266f16-1bf3-46a5-9ea4-602e06ead473' } = {}) {
  return {
    'x-gitea-delivery': delivery,
    'x-gitea-event': event,
    'x-gitea-event-type': event,
    'x-gitea-signature': hmacOf(body),
    ...githubHeaders(body, { event, delivery }),
  };
}
