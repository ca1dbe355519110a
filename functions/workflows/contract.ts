import * as z from 'zod';
import { defineContract } from '../core/contract.ts';
import { pageOf, pageQuery } from '../core/page.ts';
import { idOf } from '../core/schemas.ts';
import { workflowBody } from './definition.ts';
import { executionStatuses } from './execution.ts';
import { eventLevelsMax, isAtMostDeep } from './json-value.ts';
import { executionTasks } from './task-contracts.ts';
import { triggerContracts, triggerTasks } from './trigger-contracts.ts';
import { execution, executionEntry, validation, workflow, workflowSummary } from './workflow-schemas.ts';

const byId = z.strictObject({ id: idOf('wf') });
const byExecution = byId.extend({ execution_id: idOf('exec') });

/** The handler looks at the whole body itself, so that everything that is wrong with it is told at once. */
const definitionBody = { body: z.unknown(), bodyShown: workflowBody };

const location = { location: 'Where it can be read.' };
const etag = { etag: 'Its version.' };

export const createWorkflowContract = defineContract({
  operationId: 'createWorkflow',
  domain: 'workflows',
  method: 'POST',
  path: '/api/v1/workflows',
  summary: 'Create a workflow',
  description: 'Steps that call services, each as soon as the steps that it depends on have ended.',
  auth: 'bearer',
  rateLimit: 'write',
  isIdempotent: true,
  ...definitionBody,
  answers: {
    created: { status: 201, description: 'The workflow.', body: workflow, headers: { ...location, ...etag } },
  },
  errors: ['INVALID_WORKFLOW', 'DEPENDENCY_CYCLE'],
  timeoutMs: 5_000,
  access: { tables: { workflows: 'read-write' } },
});

export const listWorkflowsContract = defineContract({
  operationId: 'listWorkflows',
  domain: 'workflows',
  method: 'GET',
  path: '/api/v1/workflows',
  summary: 'List workflows',
  description: 'Newest first, without their steps.',
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({ ...pageQuery }),
  answers: { ok: { status: 200, description: 'A page of workflows.', body: pageOf('workflows', workflowSummary) } },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { workflows: 'read' } },
});

export const getWorkflowContract = defineContract({
  operationId: 'getWorkflow',
  domain: 'workflows',
  method: 'GET',
  path: '/api/v1/workflows/{id}',
  summary: 'Get a workflow',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byId,
  answers: { ok: { status: 200, description: 'The workflow with its steps.', body: workflow, headers: etag } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { workflows: 'read' } },
});

export const updateWorkflowContract = defineContract({
  operationId: 'updateWorkflow',
  domain: 'workflows',
  method: 'PUT',
  path: '/api/v1/workflows/{id}',
  summary: 'Replace a workflow',
  description: 'Makes a new version of it. Executions that run go on with the version that they began with.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byId,
  headers: z.object({
    'if-match': z
      .string()
      .max(100)
      .optional()
      .describe('The `ETag` or version that is replaced; 412 when it is not the newest.'),
  }),
  ...definitionBody,
  answers: { ok: { status: 200, description: 'The workflow as it is now.', body: workflow, headers: etag } },
  errors: ['INVALID_WORKFLOW', 'DEPENDENCY_CYCLE', 'NOT_FOUND', 'PRECONDITION_FAILED'],
  timeoutMs: 5_000,
  access: { tables: { workflows: 'read-write' } },
});

export const deleteWorkflowContract = defineContract({
  operationId: 'deleteWorkflow',
  domain: 'workflows',
  method: 'DELETE',
  path: '/api/v1/workflows/{id}',
  summary: 'Delete a workflow',
  description: 'Nothing starts it any more. Executions that run go on to their end.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byId,
  answers: { deleted: { status: 204, description: 'It is deleted.', body: null } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { workflows: 'read-write-delete' } },
});

export const validateWorkflowContract = defineContract({
  operationId: 'validateWorkflow',
  domain: 'workflows',
  method: 'POST',
  path: '/api/v1/workflows/validate',
  summary: 'Validate a workflow',
  description: 'Tells what is wrong with a definition, or in which order its steps would run. Nothing is stored.',
  auth: 'bearer',
  rateLimit: 'write',
  ...definitionBody,
  answers: { ok: { status: 200, description: 'What the definition comes to.', body: validation } },
  errors: [],
  timeoutMs: 5_000,
  access: {},
});

export const executeWorkflowContract = defineContract({
  operationId: 'executeWorkflow',
  domain: 'workflows',
  method: 'POST',
  path: '/api/v1/workflows/{id}/execute',
  summary: 'Execute a workflow',
  auth: 'bearer',
  rateLimit: 'write',
  isIdempotent: true,
  parameters: byId,
  body: z
    .strictObject({
      event: z
        .record(z.string(), z.unknown())
        .refine((event) => isAtMostDeep(event, eventLevelsMax), `must not have more than ${eventLevelsMax} levels`)
        .default({})
        .describe('What the steps can refer to as `event`.'),
    })
    .prefault({}),
  answers: {
    accepted: { status: 202, description: 'The execution has begun.', body: executionEntry, headers: location },
  },
  errors: ['NOT_FOUND'],
  timeoutMs: 10_000,
  access: {
    tables: { workflows: 'read', executions: 'read-write' },
    objects: { 'executions/': 'write' },
    machines: { workflow: 'start' },
  },
});

export const listWorkflowExecutionsContract = defineContract({
  operationId: 'listWorkflowExecutions',
  domain: 'workflows',
  method: 'GET',
  path: '/api/v1/workflows/{id}/executions',
  summary: 'List executions of a workflow',
  description: 'Newest first, kept for 90 days, also of a workflow that was deleted.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byId,
  query: z.strictObject({ status: z.enum(executionStatuses).optional(), ...pageQuery }),
  answers: { ok: { status: 200, description: 'A page of executions.', body: pageOf('executions', executionEntry) } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { workflows: 'read', executions: 'read' } },
});

export const getWorkflowExecutionContract = defineContract({
  operationId: 'getWorkflowExecution',
  domain: 'workflows',
  method: 'GET',
  path: '/api/v1/workflows/{id}/executions/{execution_id}',
  summary: 'Get an execution of a workflow',
  description: 'Each step with what was sent, secrets masked, what was answered, and when.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byExecution,
  answers: { ok: { status: 200, description: 'The execution.', body: execution } },
  errors: ['NOT_FOUND'],
  timeoutMs: 10_000,
  access: { tables: { workflows: 'read', executions: 'read' }, objects: { 'executions/': 'read' } },
});

export const cancelWorkflowExecutionContract = defineContract({
  operationId: 'cancelWorkflowExecution',
  domain: 'workflows',
  method: 'POST',
  path: '/api/v1/workflows/{id}/executions/{execution_id}/cancel',
  summary: 'Cancel an execution of a workflow',
  description: 'Steps under way end, and none begins any more.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byExecution,
  answers: {
    accepted: { status: 202, description: 'Its cancellation is asked for.', body: executionEntry },
    already: { status: 200, description: 'It was cancelled before.', body: executionEntry },
  },
  errors: ['NOT_FOUND', 'CONFLICT'],
  timeoutMs: 5_000,
  access: { tables: { executions: 'read-write' } },
});

export const workflowContracts = [
  createWorkflowContract,
  listWorkflowsContract,
  validateWorkflowContract,
  getWorkflowContract,
  updateWorkflowContract,
  deleteWorkflowContract,
  executeWorkflowContract,
  listWorkflowExecutionsContract,
  getWorkflowExecutionContract,
  cancelWorkflowExecutionContract,
  ...triggerContracts,
] as const;

export const workflowTasks = [...executionTasks, ...triggerTasks];
