import { configContracts, configTasks } from './config/contract.ts';
import type { Contract, TaskContract } from './core/contract.ts';
import { documentationContracts } from './documentation/contract.ts';
import { eventContracts, eventTasks } from './events/contract.ts';
import { knowledgeContracts, knowledgeTasks } from './knowledge/contract.ts';
import { observabilityContracts } from './observability/contract.ts';
import { observabilityTasks } from './observability/task-contracts.ts';
import { pipelineContracts, pipelineTasks } from './pipelines/contract.ts';
import { serviceContracts, serviceTasks } from './services/contract.ts';
import { webhookContracts, webhookTasks } from './webhooks/contract.ts';
import { workflowContracts, workflowTasks } from './workflows/contract.ts';

/** Every endpoint of the API. To add one, add its contract to its domain; nothing else lists them. */
export const contracts: readonly Contract[] = [
  ...pipelineContracts,
  ...serviceContracts,
  ...configContracts,
  ...eventContracts,
  ...webhookContracts,
  ...workflowContracts,
  ...knowledgeContracts,
  ...observabilityContracts,
  ...documentationContracts,
];

/** Every function that a state machine, a queue or a schedule calls. */
export const taskContracts: readonly TaskContract[] = [
  ...pipelineTasks,
  ...serviceTasks,
  ...configTasks,
  ...eventTasks,
  ...webhookTasks,
  ...workflowTasks,
  ...knowledgeTasks,
  ...observabilityTasks,
];
