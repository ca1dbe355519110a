import type { Trigger } from './definition.ts';

/** What lists show of a workflow. Its steps stand in its definition, of which it has a new one with each change. */
export interface Workflow {
  id: string;
  name: string;
  description: string | null;
  trigger: Trigger;
  stepCount: number;
  /** 1, and one more with each change. */
  version: number;
  /** Where its present definition is stored. */
  definitionKey: string;
  createdMs: number;
  updatedMs: number;
  /** When its trigger was last set to another one: schedules count from there. */
  triggerSetMs: number;
}
