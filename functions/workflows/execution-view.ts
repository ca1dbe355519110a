import type { Backend } from '../../backend/backend.ts';
import { isoTime } from '../core/schemas.ts';
import type { WorkflowStep } from './definition.ts';
import type { Execution, StepRecord } from './execution.ts';
import type { StoredValue } from './large-value.ts';
import { maskedJson } from './masked-json.ts';
import type { ExecutionEntryView, ExecutionView } from './workflow-schemas.ts';

/** How long a link to a large value can be read, in seconds. */
const linkSeconds = 3600;

const timeOrNull = (timeMs: number | null) => (timeMs === null ? null : isoTime(timeMs));
const span = (fromMs: number | null, toMs: number | null) =>
  fromMs === null || toMs === null ? null : Math.max(0, toMs - fromMs);

/** An execution as lists show it. */
export function executionEntryView(execution: Execution): ExecutionEntryView {
  const { id, workflowId, version, status, cause, createdMs, begunMs, completedMs, cancelRequestedMs, error } =
    execution;
  return {
    execution_id: id,
    workflow_id: workflowId,
    workflow_version: version,
    status,
    trigger: cause,
    created_at: isoTime(createdMs),
    started_at: isoTime(begunMs),
    completed_at: timeOrNull(completedMs),
    duration_ms: span(begunMs, completedMs),
    cancel_requested_at: timeOrNull(cancelRequestedMs),
    error,
  };
}

/** An execution with its steps in the order of the definition. */
export async function executionView(
  backend: Pick<Backend, 'objects'>,
  execution: Execution,
  steps: readonly WorkflowStep[],
  records: ReadonlyMap<string, StepRecord>,
): Promise<ExecutionView> {
  const views = steps.map(async ({ name }) => [name, await stepView(backend, records.get(name), execution)] as const);
  const [event, event_url] = await shown(backend, execution.event);
  return { ...executionEntryView(execution), event, event_url, steps: Object.fromEntries(await Promise.all(views)) };
}

/** A step without a record waits; or, where its execution has ended, was never begun. */
async function stepView(
  backend: Pick<Backend, 'objects'>,
  record: StepRecord | undefined,
  { status }: Execution,
): Promise<ExecutionView['steps'][string]> {
  if (!record) {
    const isOver = status !== 'running';
    const nothing = {
      attempts: 0,
      interrupted: 0,
      input: null,
      input_url: null,
      output: null,
      output_url: null,
      error: null,
    };
    const noTimes = { started_at: null, completed_at: null, duration_ms: null };
    return {
      status: isOver ? 'skipped' : 'pending',
      ...nothing,
      skip_reason: isOver ? 'broken_off' : null,
      ...noTimes,
    };
  }
  const [input, input_url] = await shown(backend, record.input);
  const [output, output_url] = await shown(backend, record.output);
  return {
    status: record.status,
    attempts: record.attempts,
    interrupted: record.cutShort,
    input,
    input_url,
    output,
    output_url,
    error: record.error,
    skip_reason: record.skipReason,
    started_at: timeOrNull(record.startedMs),
    completed_at: timeOrNull(record.completedMs),
    duration_ms: span(record.startedMs, record.completedMs),
  };
}

async function shown({ objects }: Pick<Backend, 'objects'>, stored: StoredValue | null) {
  if (stored === null) return [null, null] as const;
  if ('value' in stored) return [maskedJson(stored.value), null] as const;
  return [null, await objects.signedUrl(stored.object, linkSeconds)] as const;
}
