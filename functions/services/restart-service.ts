import { setTimeout as elapse } from 'node:timers/promises';
import type { Service } from '../../platform/catalogue.ts';
import { serviceNamed } from '../core/catalogue-service.ts';
import { type EndpointContext, endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { timeOfId } from '../core/ids.ts';
import { restartServiceContract } from './contract.ts';
import { newOperation, type Operation } from './operation.ts';
import { createOperation, findOperation, loadOperation } from './operation-store.ts';
import { operationView } from './operation-view.ts';
import { takeService } from './restart-lock.ts';
import { restartPreview } from './restart-preview.ts';

/**
 * Every step can be done again by the same request: the service is taken for the id, the operation is stored under it,
 * and the execution is named by it. The answer waits for the end as long as a request may take.
 */
export const restartService = endpoint(restartServiceContract, async ({ parameters, body }, context) => {
  const service = serviceNamed(context.catalogue, parameters.name);
  if (body.dry_run) return { answer: 'ok', body: await restartPreview(context, service) };
  const { backend, log, settings, newId } = context;
  const id = newId('op');
  const timeoutSeconds = body.timeout_seconds ?? settings.restartTimeoutSeconds;
  const admitted = (await findOperation(backend, id)) ?? (await admit(context, { id, service, timeoutSeconds }));
  if (admitted.unfinished) await backend.machine('service-restart').start(id, { operation_id: id });
  log.info('restart begun', { operation_id: id, service_name: service.name });
  const operation = await endOf(context, id);
  refuseUnlessHealthy(operation);
  return { answer: 'ok', body: operationView(operation) };
});

interface Request {
  id: string;
  service: Service;
  timeoutSeconds: number;
}

/** Takes the service and stores the operation, as old as its id. */
async function admit({ backend }: EndpointContext, { id, service, timeoutSeconds }: Request): Promise<Operation> {
  await takeService(backend, { service: service.name, operationId: id, nowMs: backend.clock.now() });
  const { name, container } = service;
  await createOperation(backend, newOperation({ id, service: name, container, timeoutSeconds }, timeOfId(id)));
  return loadOperation(backend, id);
}

/** API Gateway gives an answer 29 seconds, and the function needs some of them for itself; in ms. */
const answerMs = 24_000;

/** A restart takes seconds, so that looking this often delays an answer by little; in ms. */
const lookMs = 250;

/** The operation as soon as it has ended and the next one may begin, or as it is when an answer is due. */
async function endOf({ backend }: EndpointContext, id: string): Promise<Operation> {
  const dueMs = backend.clock.now() + answerMs;
  for (;;) {
    const operation = await loadOperation(backend, id);
    if (!operation.unfinished || backend.clock.now() >= dueMs) return operation;
    await elapse(lookMs);
  }
}

function refuseUnlessHealthy({ id, status, phase, outcome, fault, timeoutSeconds }: Operation): void {
  if (outcome === 'restarted' || outcome === 'rolled_back') return;
  const details = { operation_id: id, status, outcome };
  if (status === 'running') {
    const message = `The restart goes on (${phase.replaceAll('_', ' ')}, at most ${timeoutSeconds} seconds for becoming healthy); the operation tells how it ends.`;
    throw new ApiError('TIMEOUT', { message, details });
  }
  throw new ApiError(fault?.code ?? 'INTERNAL', { ...(fault ? { message: fault.message } : {}), details });
}
