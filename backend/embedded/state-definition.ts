import type { TaskHandler } from './task-gate.ts';

/** A parsed ASL file, as far as it is looked into here. */
export interface Definition {
  StartAt: string;
  States: Record<string, State>;
  [field: string]: unknown;
}

export interface State {
  Type: string;
  Resource?: string;
  Branches?: Definition[];
  ItemProcessor?: Definition;
  Iterator?: Definition;
  [field: string]: unknown;
}

/** Every state of a definition with its name, those inside Map and Parallel included. */
export function statesOf(definition: Definition): [string, State][] {
  return Object.entries(definition.States).flatMap(([name, state]) => {
    const inner = [...(state.Branches ?? []), state.ItemProcessor, state.Iterator].filter((each) => each !== undefined);
    return [[name, state] as [string, State], ...inner.flatMap(statesOf)];
  });
}

/**
 * The handler of each Task state, by the placeholder in its `Resource`. Throws for a placeholder without handler, a handler
 * without placeholder, a resource that is none, and for two states of one name, which the interpreter would confuse.
 */
export function handlersByState(definition: Definition, tasks: Record<string, TaskHandler>): Map<string, TaskHandler> {
  const handlers = new Map<string, TaskHandler>();
  const used = new Set<string>();
  for (const [name, { Resource: resource = '' }] of tasksOf(definition)) {
    const placeholder = /^\$\{(\w+)\}$/.exec(resource)?.[1];
    const handler = placeholder && Object.hasOwn(tasks, placeholder) ? tasks[placeholder] : undefined;
    if (!placeholder || !handler) throw new TypeError(`No task stands for ${resource} of the state ${name}.`);
    if (handlers.has(name)) throw new TypeError(`Two states are called ${name}.`);
    handlers.set(name, handler);
    used.add(placeholder);
  }
  const idle = Object.keys(tasks).filter((placeholder) => !used.has(placeholder));
  if (idle.length > 0) throw new TypeError(`No state uses the task ${idle.join(', ')}.`);
  return handlers;
}

/**
 * The definition with `$$.Execution` read from `$$.Started`. The interpreter makes an Execution of its own, which inside a
 * Map holds the item as input, and after a crash another start; the stored one is right in both.
 */
export function withStoredExecution(definition: Definition): Definition {
  return JSON.parse(JSON.stringify(definition).replaceAll('$$.Execution', () => '$$.Started'));
}

/** The definition with an ARN for each placeholder, as CDK will put it, so that it can be validated. */
export function withFunctionNames(definition: Definition): Definition {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:$1';
  return JSON.parse(JSON.stringify(definition).replaceAll(/\$\{(\w+)\}/g, arn));
}

function tasksOf(definition: Definition): [string, State][] {
  return statesOf(definition).filter(([, { Type: type }]) => type === 'Task');
}
