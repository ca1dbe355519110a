import { setTimeout as sleep } from 'node:timers/promises';
import { createUpstreamClient } from '../../../platform/client.ts';
import { patientSend } from '../../../platform/upstream/patient-send.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { drive } from '../drive.ts';
import { driveWorkflowTask } from '../task-contracts.ts';
import { loadRun } from '../workflow-run.ts';

/** Brings an execution as far as it goes now, and says how it goes on. */
export const driveWorkflow = task(driveWorkflowTask, async (input: { execution_id: string }, home: Home) => {
  const { backend, catalogue, log } = home;
  const { secrets, clock } = backend;
  const upstream = createUpstreamClient({
    catalogue,
    secrets,
    clock,
    log,
    sleep,
    random: Math.random,
    send: patientSend,
  });
  const run = await loadRun(home, upstream, input.execution_id);
  if (run.execution.status !== 'running') return { next: 'finish' } as const;
  return drive(run, driveWorkflowTask.timeoutMs);
});
