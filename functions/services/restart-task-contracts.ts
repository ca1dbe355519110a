import { defineTask, type TaskContract } from '../core/contract.ts';

const access = {
  tables: { services: 'read-write', operations: 'read-write' },
  containers: true,
} as const;

/** Room for what one task asks of an engine: to make, to stop and to start a container, each near its own time limit. */
const engineMs = 120_000;

export const prepareRestartTask = defineTask({
  name: 'prepare-restart',
  domain: 'services',
  summary: 'Decides what a restart does to the container.',
  trigger: { type: 'state-machine', machine: 'service-restart', placeholder: 'PrepareRestartFunction' },
  timeoutMs: engineMs,
  access: { ...access, tables: { ...access.tables, locks: 'read' } },
});

export const applyRestartTask = defineTask({
  name: 'apply-restart',
  domain: 'services',
  summary: 'Restarts, updates or replaces the container.',
  trigger: { type: 'state-machine', machine: 'service-restart', placeholder: 'ApplyRestartFunction' },
  timeoutMs: engineMs,
  access,
});

export const checkRestartTask = defineTask({
  name: 'check-restart',
  domain: 'services',
  summary: 'Asks whether the restarted service is healthy.',
  trigger: { type: 'state-machine', machine: 'service-restart', placeholder: 'CheckRestartFunction' },
  timeoutMs: engineMs,
  access: { tables: { operations: 'read-write' }, probes: true },
});

export const rollBackRestartTask = defineTask({
  name: 'roll-back-restart',
  domain: 'services',
  summary: 'Brings the container back as it was before its configuration was changed.',
  trigger: { type: 'state-machine', machine: 'service-restart', placeholder: 'RollBackRestartFunction' },
  timeoutMs: engineMs,
  access,
});

export const finishRestartTask = defineTask({
  name: 'finish-restart',
  domain: 'services',
  summary: "Records a restart's end, announces it and lets the next one in.",
  trigger: { type: 'state-machine', machine: 'service-restart', placeholder: 'FinishRestartFunction' },
  timeoutMs: engineMs,
  access: {
    tables: { services: 'read-write', operations: 'read-write', locks: 'delete' },
    containers: true,
    bus: true,
  },
});

export const reconcileRestartsTask = defineTask({
  name: 'reconcile-restarts',
  domain: 'services',
  summary: 'Ends restarts that were never begun, and those whose execution ended without saying so.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 120_000,
  access: {
    tables: { services: 'read-write', operations: 'read-write', locks: 'delete' },
    machines: { 'service-restart': 'describe' },
    containers: true,
    bus: true,
  },
});

export const restartTasks: readonly TaskContract[] = [
  prepareRestartTask,
  applyRestartTask,
  checkRestartTask,
  rollBackRestartTask,
  finishRestartTask,
  reconcileRestartsTask,
];
