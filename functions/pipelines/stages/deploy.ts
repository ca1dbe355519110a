import { UpstreamError } from '../../../platform/upstream/errors.ts';
import { type Backup, backupFortress } from '../../../platform/upstream-apis/backup-fortress.ts';
import { containerManager, type Stack } from '../../../platform/upstream-apis/container-manager.ts';
import { parseRepository } from '../repository.ts';
import type { Stage, StageWork } from '../stage-work.ts';

/** Takes a backup, then rolls the branch out. The roll-out is asked for at most once, whatever happens to the answer. */
export const deploy: Stage = async (work) => {
  const backupFailure = await takeBackup(work);
  if (backupFailure) return { reasons: [backupFailure], result: {} };
  const before = await work.once(
    'find-stack',
    () => findStack(work),
    (stack) => (stack ? `Stack ${stack.name} deploys the repository.` : 'No stack deploys the repository.'),
  );
  if (!before) return { reasons: [`No stack deploys ${work.repository}.`], result: {} };
  const refusal = await work.atMostOnce('redeploy', () => redeploy(work, before), `Rolling stack ${before.name} out.`);
  if (refusal) return { reasons: [refusal], result: {} };
  const after = await work.until(
    'rolled-out',
    async () => {
      const now = await findStack(work);
      return now && now.reference === referenceOf(work) && now.state !== before.state ? now : undefined;
    },
    (stack) => `Stack ${stack.name} was rolled out.`,
  );
  await work.keep('deployment.json', 'application/json', JSON.stringify({ before, after }, null, 2));
  return { reasons: [], result: { stack: after.name } };
};

interface DeployedStack {
  id: number;
  endpointId: number;
  name: string;
  /** The Git reference that was rolled out last. */
  reference: string | undefined;
  /** Changes with every roll-out. */
  state: string;
}

/** The stack that is deployed from the repository, else the one that has its name. */
async function findStack(work: StageWork): Promise<DeployedStack | null> {
  const stacks = await work.read(containerManager.listStacks());
  const repository = parseRepository(work.pipeline.request.config.repo_url);
  const isDeployedFrom = ({ GitConfig }: Stack) =>
    GitConfig != null && parseRepository(GitConfig.URL)?.url === repository?.url;
  const stack = stacks.find(isDeployedFrom) ?? stacks.find(({ Name }) => Name === repository?.name);
  if (!stack) return null;
  const state = `${stack.UpdateDate}/${stack.GitConfig?.ConfigHash ?? ''}`;
  const reference = stack.GitConfig?.ReferenceName;
  return { id: stack.Id, endpointId: stack.EndpointId, name: stack.Name, reference, state };
}

const referenceOf = (work: StageWork) => `refs/heads/${work.pipeline.request.config.branch}`;

/**
 * Asks for the roll-out and gives the reason when it is refused. An answer that got lost is no refusal: whether the stack
 * changes will tell.
 */
async function redeploy(work: StageWork, stack: DeployedStack): Promise<string | undefined> {
  const body = { RepositoryReferenceName: referenceOf(work), PullImage: true, Prune: false };
  try {
    await work.tell('redeploy', containerManager.redeployStack(stack.id, stack.endpointId, body));
    return undefined;
  } catch (error) {
    if (!(error instanceof UpstreamError && error.mayHaveBeenSent)) throw error;
    if (!isAnswerLost(error)) return `The roll-out failed: ${error.message}.`;
    await work.warn(`The roll-out was asked for, but its answer was lost: ${error.message}`);
    return undefined;
  }
}

/** No answer, one that its reader could not make out, or one that a proxy gave in the service's place. */
function isAnswerLost({ status }: UpstreamError): boolean {
  return status === undefined || status < 300 || [502, 503, 504].includes(status);
}

/** Runs the backup that is named after the repository, else the first, and waits for its end. Gives the reason when it fails. */
async function takeBackup(work: StageWork): Promise<string | undefined> {
  const backup = await work.once(
    'find-backup',
    async () => chooseBackup(await work.read(backupFortress.listBackups()), work.repository),
    (found) => (found ? `Backup ${found.name} comes first.` : 'No backup is configured.'),
  );
  if (!backup) return 'No backup is configured, and nothing is rolled out without one.';
  const task = await work.once(
    'start-backup',
    async () => (await work.tell('start-backup', backupFortress.runBackup(backup.id))).ID,
    (id) => `Backup ${backup.name} is running as task ${id}.`,
  );
  const ended = await work.until(
    'backup-ended',
    async () => {
      const { Status, ErrorMessage } = await work.read(backupFortress.getTask(task));
      return Status === 'Completed' || Status === 'Failed'
        ? { status: Status, error: ErrorMessage ?? null }
        : undefined;
    },
    ({ status }) => `Backup ${backup.name}: ${status}.`,
  );
  return ended.status === 'Failed' ? `The backup failed: ${ended.error ?? 'no reason given'}.` : undefined;
}

function chooseBackup(backups: Backup[], repository: string): { id: string; name: string } | null {
  const name = repository.split('/')[1];
  const chosen = backups.find(({ Backup }) => Backup.Name === name) ?? backups[0];
  return chosen ? { id: chosen.Backup.ID, name: chosen.Backup.Name } : null;
}
