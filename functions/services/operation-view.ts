import { isoTime } from '../core/schemas.ts';
import type { OperationView } from './contract.ts';
import type { Operation } from './operation.ts';

/** A restart as the API shows it. */
export function operationView(operation: Operation): OperationView {
  const { completedMs, createdMs, fault } = operation;
  return {
    operation_id: operation.id,
    type: 'service.restart',
    service: operation.service,
    status: operation.status,
    action: operation.plan?.action ?? null,
    outcome: operation.outcome,
    config_revision: operation.configRevision,
    created_at: isoTime(createdMs),
    completed_at: completedMs === null ? null : isoTime(completedMs),
    duration_ms: completedMs === null ? null : completedMs - createdMs,
    timeout_seconds: operation.timeoutSeconds,
    error: fault && { code: fault.code, message: fault.message },
    log: operation.log.map(({ atMs, message }) => ({ timestamp: isoTime(atMs), message })),
  };
}
