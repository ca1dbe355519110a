import { defineTask, type TaskContract } from '../core/contract.ts';

export const driveWorkflowTask = defineTask({
  name: 'drive-workflow',
  domain: 'workflows',
  summary: 'Runs the steps of an execution, each as soon as its dependencies have ended.',
  trigger: { type: 'state-machine', machine: 'workflow', placeholder: 'DriveWorkflowFunction' },
  /** The most that Lambda gives: a step may take as long. */
  timeoutMs: 900_000,
  /** Room for the inputs and answers of 64 calls at a time, of which few are as large as they may be. */
  memoryMegabytes: 1024,
  access: {
    tables: { workflows: 'read', executions: 'read-write', services: 'read' },
    objects: { 'executions/': 'read-write' },
    services: 'all',
  },
});

export const finishWorkflowTask = defineTask({
  name: 'finish-workflow',
  domain: 'workflows',
  summary: 'Records the end of an execution and announces it.',
  trigger: { type: 'state-machine', machine: 'workflow', placeholder: 'FinishWorkflowFunction' },
  timeoutMs: 30_000,
  access: { tables: { workflows: 'read', executions: 'read-write' }, bus: true },
});

export const reconcileExecutionsTask = defineTask({
  name: 'reconcile-executions',
  domain: 'workflows',
  summary: 'Starts executions that were never started, and ends those that broke off.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 60_000,
  access: {
    tables: { workflows: 'read', executions: 'read-write' },
    machines: { workflow: 'start-describe' },
    bus: true,
  },
});

export const executionTasks: readonly TaskContract[] = [driveWorkflowTask, finishWorkflowTask, reconcileExecutionsTask];
