import { codeFortress } from '../../../platform/upstream-apis/code-fortress.ts';
import { securityShield } from '../../../platform/upstream-apis/security-shield.ts';
import { branchesPerPage, sourceControl } from '../../../platform/upstream-apis/source-control.ts';
import { keptReasons } from '../stage-run.ts';
import type { Stage, StageWork } from '../stage-work.ts';
import { gateReasons } from './quality-gate.ts';

/** Reads the quality gate of the branch and has its commit scanned; the pipeline's policy decides what may pass. */
export const validate: Stage = async (work) => {
  const { config } = work.pipeline.request;
  const commit = await commitToScan(work);
  if (commit === undefined) return { reasons: [`The repository has no branch ${config.branch}.`], result: {} };
  const reasons = await work.once(
    'judge',
    async () => {
      const { projectStatus } = await work.read(
        codeFortress.getProjectStatus(projectKey(work.repository), config.branch),
      );
      const scan = await work.tell('scan', securityShield.scan({ repo: config.repo_url, commit }));
      await work.keep('quality-gate.json', 'application/json', JSON.stringify(projectStatus, null, 2));
      await work.keep('security-scan.json', 'application/json', JSON.stringify(scan, null, 2));
      return keptReasons(gateReasons(config.quality_gate, projectStatus, scan));
    },
    (against) => `Quality gate and scan read for ${commit}: ${against.length} reasons against it.`,
  );
  return { reasons, result: { commit_sha: commit } };
};

/** SonarQube keys hold no slash; `owner_name` is what its importers of Git repositories choose. */
function projectKey(repository: string): string {
  return repository.replace('/', '_');
}

/** The commit that generate made, or the head of the branch where the pipeline generates nothing. */
async function commitToScan(work: StageWork): Promise<string | undefined> {
  const generated = (await work.runOf('generate'))?.outcome?.result['commit_sha'];
  if (typeof generated === 'string') return generated;
  const { branch } = work.pipeline.request.config;
  for (let page = 1; page <= pagesMax; page += 1) {
    const branches = await work.read(sourceControl.listBranches(work.repository, page));
    const found = branches.find(({ name }) => name === branch);
    if (found || branches.length < branchesPerPage) return found?.commit.id;
  }
  return undefined;
}

/** 5,000 branches: more are not looked through, nor is a server that gives the same page for ever. */
const pagesMax = 100;
