import type { Backup, BackupTask } from '../../upstream-apis/backup-fortress.ts';
import { redeployRequest, type Stack } from '../../upstream-apis/container-manager.ts';
import { bodyOf, type Call, found, Refusal, type StandIn } from '../stand-in.ts';
import { type WorkRow, workState } from '../work.ts';
import { commitSha } from './coding-patch.ts';

/**
 * Stands in for Portainer: three stacks from the start and one for each repository that the simulated CI has built. A
 * stack's date and commit change with each redeployment.
 */
export const containerManager: StandIn = {
  routes: {
    'GET /api/stacks': (call) => ({
      body: repositoriesOf(call).map((_repository, position) => stackOf(position + 1, call)),
    }),
    'GET /api/stacks/:id': (call) => ({ body: stackOf(stackId(call), call) }),
    'PUT /api/stacks/:id/git/redeploy': (call) => {
      const id = stackId(call);
      const request = { stack: repositoriesOf(call)[id - 1], ...bodyOf(redeployRequest, call) };
      const row = call.accept({ kind: 'redeploy', subject: `${id}`, request });
      if (row.fault === 'job_fails') throw new Refusal(500, 'DEPLOY_FAILED', 'The stack could not be started.');
      return { body: stackOf(id, call), takesMs: [300, 900], isWithheld: row.ends_at === null };
    },
  },
};

/** Stands in for Duplicati: one backup of each kind of data, whose runs are tasks. */
export const backupFortress: StandIn = {
  routes: {
    'GET /api/v1/backups': (call) => ({
      body: backupNames.map((_name, position) => backupOf(`${position + 1}`, call)),
    }),
    'POST /api/v1/backup/:id/run': (call) => {
      const id = call.params['id'] ?? '';
      const backup = found(backupNames[Number(id) - 1], 'backup');
      const row = call.accept({ kind: 'backup', subject: id, request: { backup }, durationMs: [300, 1_000] });
      return { body: { Status: 'OK', ID: row.number } };
    },
    'GET /api/v1/task/:id': (call) => {
      const number = Number(call.params['id']);
      const row = found(
        Number.isInteger(number) ? call.world.work.find(call.service, 'backup', number) : undefined,
        'task',
      );
      const Status = taskStatuses[workState(row, call.now)];
      return {
        body: { ID: number, Status, ErrorMessage: Status === 'Failed' ? backupError : null } satisfies BackupTask,
      };
    },
  },
};

const presetRepositories = ['omni-admin/omni-core', 'omni-admin/omni-knowledge', 'omni-admin/my-project'];
const backupNames = ['platform-volumes', 'databases'];
const backupError = 'The destination has no space left.';

const taskStatuses = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Completed',
  failed: 'Failed',
  stopped: 'Failed',
} as const;

/** When the stacks were made: 2025-01-01, in epoch seconds. */
const stacksCreatedAt = 1_735_689_600;

/** The repository of each stack, in the order of their ids. */
function repositoriesOf({ world }: Call): string[] {
  const built = world.work.list('code-forge', 'pipeline').map((row) => row.subject);
  return [...new Set([...presetRepositories, ...built])];
}

function stackId(call: Call): number {
  const id = Number(call.params['id']);
  found(repositoriesOf(call)[id - 1], 'stack');
  return id;
}

function stackOf(id: number, call: Call): Stack {
  const rollouts = call.world.work.list('container-manager', 'redeploy', `${id}`);
  const latest = rollouts.filter((row) => workState(row, call.now) === 'done').at(-1);
  const repository = repositoriesOf(call)[id - 1] ?? '';
  const name = repository.split('/').at(-1) ?? '';
  const reference = latest && redeployRequest.parse(latest.request).RepositoryReferenceName;
  return {
    Id: id,
    Name: name,
    EndpointId: 1,
    Status: 1,
    CreationDate: stacksCreatedAt,
    UpdateDate: latest?.ends_at ? Math.floor(latest.ends_at / 1000) : 0,
    GitConfig: {
      URL: `http://omni-gitea:3000/${repository}.git`,
      ReferenceName: reference ?? 'refs/heads/main',
      ConfigFilePath: 'docker-compose.yml',
      ConfigHash: commitSha(`${name} ${latest?.number ?? 0}`),
    },
  };
}

function backupOf(id: string, call: Call): Backup {
  const runs = call.world.work.list('backup-fortress', 'backup', id);
  const started = runs.at(-1);
  const finished = runs.filter((row) => workState(row, call.now) === 'done').at(-1);
  const Metadata = {
    ...(started ? { LastBackupStarted: duplicatiTime(started.starts_at) } : {}),
    ...(finished?.ends_at ? { LastBackupFinished: duplicatiTime(finished.ends_at) } : {}),
    ...(isFailed(started, call.now) ? { LastErrorMessage: backupError } : {}),
  };
  return { Backup: { ID: id, Name: backupNames[Number(id) - 1] ?? '', Metadata } };
}

function isFailed(row: WorkRow | undefined, now: number): boolean {
  return row !== undefined && workState(row, now) === 'failed';
}

function duplicatiTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, '');
}
