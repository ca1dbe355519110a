import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'backup-fortress';

/** What the orchestrator calls of backup-fortress (Duplicati). A run is a task; its end is read from the task. */
export const backupFortress = {
  listBackups: (): UpstreamCall<Backup[]> => ({ service, method: 'GET', path: '/api/v1/backups', schema: backups }),
  runBackup: (id: string): UpstreamCall<BackupRun> => ({
    service,
    method: 'POST',
    path: `/api/v1/backup/${encodeURIComponent(id)}/run`,
    body: {},
    schema: backupRun,
  }),
  getTask: (taskId: number): UpstreamCall<BackupTask> => ({
    service,
    method: 'GET',
    path: `/api/v1/task/${taskId}`,
    schema: backupTask,
  }),
};

/** The dates in `Metadata` are like `20250115T103000Z`; they are absent before the first run. */
const backup = z.object({
  Backup: z.object({
    ID: z.string(),
    Name: z.string(),
    Metadata: z
      .object({
        LastBackupStarted: z.string().optional(),
        LastBackupFinished: z.string().optional(),
        LastErrorMessage: z.string().optional(),
      })
      .nullish(),
  }),
});

const backups = z.array(backup);

const backupRun = z.object({ Status: z.string(), ID: z.int() });

const backupTask = z.object({
  ID: z.int(),
  Status: z.enum(['Waiting', 'Running', 'Completed', 'Failed']),
  ErrorMessage: z.string().nullish(),
});

export type Backup = z.infer<typeof backup>;
export type BackupRun = z.infer<typeof backupRun>;
export type BackupTask = z.infer<typeof backupTask>;
