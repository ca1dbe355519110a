import { codingTaskRequest } from '../../upstream-apis/ai-coder-alpha.ts';
import { type GitBranch, gitHookRequest } from '../../upstream-apis/source-control.ts';
import { bodyOf, type Call, isoTime, type StandIn } from '../stand-in.ts';
import { workState } from '../work.ts';
import { codingPatch, commitSha } from './coding-patch.ts';

/** Stands in for Gitea: every repository exists, with `main` and the branches that ai-coder-alpha committed to. */
export const sourceControl: StandIn = {
  routes: {
    'GET /api/v1/repos/:owner/:name': (call) => {
      const full_name = repositoryOf(call);
      const url = `http://omni-gitea:3000/${full_name}`;
      const owner = { login: call.params['owner'] };
      const about = { id: 1, name: call.params['name'], full_name, owner, html_url: url, clone_url: `${url}.git` };
      return { body: { ...about, default_branch: 'main', private: true, empty: false } };
    },
    'GET /api/v1/repos/:owner/:name/branches': (call) => ({ body: branchesOf(call) }),
    'POST /api/v1/repos/:owner/:name/hooks': (call) => {
      const { type, config, events, active = true } = bodyOf(gitHookRequest, call);
      const { secret: _kept, ...shown } = config;
      const request = { type, config: shown, events, active };
      const row = call.accept({ kind: 'hook', subject: repositoryOf(call), request });
      const at = isoTime(row.accepted_at);
      return { status: 201, body: { id: row.number, ...request, created_at: at, updated_at: at } };
    },
  },
};

function repositoryOf(call: Call): string {
  return `${call.params['owner']}/${call.params['name']}`;
}

function branchesOf(call: Call): GitBranch[] {
  const branches = new Map([['main', branch('main', commitSha(repositoryOf(call)), 'Initial commit', 0)]]);
  for (const row of call.world.work.list('ai-coder-alpha', 'task')) {
    const { instruction, workspace } = codingTaskRequest.parse(row.request);
    const isHere = workspace?.repo_url.replace(/\.git$/, '').endsWith(`/${repositoryOf(call)}`);
    if (!workspace || !isHere || workState(row, call.now) !== 'done') continue;
    const { title } = codingPatch(instruction);
    const sha = commitSha(`${row.service} ${row.number}`);
    branches.set(workspace.branch, branch(workspace.branch, sha, title, row.ends_at ?? row.accepted_at));
  }
  return [...branches.values()];
}

function branch(name: string, id: string, message: string, at: number): GitBranch {
  return { name, commit: { id, message, timestamp: isoTime(at) } };
}
