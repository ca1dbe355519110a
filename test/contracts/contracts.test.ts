import { describe, expect, it } from 'vitest';
import { machines, queues, tables } from '../../backend/resources.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import type { Contract } from '../../functions/core/contract.ts';
import { loadEndpoint, loadTask } from '../../functions/load-handlers.ts';

describe('the contracts together', () => {
  it('have operation ids that are unique', () => {
    const ids = contracts.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('have methods and paths that are unique, whatever the parameters are called', () => {
    const routes = contracts.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('have task names and placeholders that are unique', () => {
    const names = taskContracts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const placeholders = taskContracts.flatMap(({ trigger }) =>
      'placeholder' in trigger ? [trigger.placeholder] : [],
    );
    expect(new Set(placeholders).size).toBe(placeholders.length);
  });
});

/** GETs that ask other services, and store what those said. */
const keepingAnswers = new Set(['getKnowledgeStatus']);

function isReading({ method, operationId }: Pick<Contract, 'method' | 'operationId'>): boolean {
  return method === 'GET' && !keepingAnswers.has(operationId);
}

describe.each(contracts.map((contract) => ({ ...contract })))('the contract of $operationId', (contract) => {
  it('has a handler where its domain and name say', async () => {
    const endpoint = await loadEndpoint(contract);
    expect(endpoint.contract.operationId).toBe(contract.operationId);
    expect(endpoint.handle).toBeTypeOf('function');
  });

  it('has a path that begins with a slash, ends without one, and names exactly its parameters', () => {
    expect(contract.path).toMatch(/^\/[a-z0-9/_{}.-]*[^/]$/);
    const names = [...contract.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    expect(Object.keys(contract.parameters?.shape ?? {})).toEqual(names);
  });

  it('is limited as a read when it is a GET behind a token that people ask for, and as something else when it is not', () => {
    const isScraped = contract.path === '/metrics';
    const isRead = contract.method === 'GET' && contract.auth === 'bearer' && !isScraped;
    expect(contract.rateLimit === 'read').toBe(isRead);
    if (contract.method !== 'GET' && contract.auth !== 'none') expect(contract.rateLimit).not.toBe('none');
  });

  it('takes no body when it is a GET', () => {
    expect(contract.method === 'GET' && (contract.body !== undefined || contract.isBodyRaw === true)).toBe(false);
  });

  it('reads its body by a schema or as it was sent, not both', () => {
    expect(contract.body !== undefined && contract.isBodyRaw === true).toBe(false);
  });

  it('answers before API Gateway gives up', () => {
    expect(contract.timeoutMs).toBeGreaterThan(0);
    expect(contract.timeoutMs).toBeLessThanOrEqual(29_000);
  });

  it('refuses fields that it does not know', () => {
    for (const part of [contract.body, contract.query, contract.parameters]) {
      const result = part?.safeParse({ surely_not_a_field: 1 });
      const codes = result?.error?.issues.map(({ code }) => code) ?? ['unrecognized_keys'];
      expect(codes).toContain('unrecognized_keys');
    }
  });

  it('uses only what is declared, and writes nothing when it is a GET, unless it keeps its answer for the next caller', () => {
    for (const [table, mode] of Object.entries(contract.access.tables ?? {})) {
      expect(Object.keys(tables)).toContain(table);
      if (isReading(contract)) expect(mode).toBe('read');
    }
    for (const machine of Object.keys(contract.access.machines ?? {})) expect(machines).toContain(machine);
    for (const queue of contract.access.queues ?? []) expect(Object.keys(queues)).toContain(queue);
  });
});

describe.each(taskContracts.map((contract) => ({ ...contract })))('the contract of the task $name', (contract) => {
  it('has a handler where its domain and name say', async () => {
    const task = await loadTask(contract);
    expect(task.contract.name).toBe(contract.name);
    expect('run' in task ? task.run : task.consume).toBeTypeOf('function');
  });

  it('ends before whoever calls it gives up', () => {
    const { trigger, timeoutMs } = contract;
    if (trigger.type === 'queue') expect(timeoutMs).toBeLessThan(queues[trigger.queue].visibilitySeconds * 1000);
    if (trigger.type === 'schedule' && !trigger.everySeconds)
      expect(timeoutMs).toBeLessThan(trigger.everyMinutes * 60_000);
    expect(timeoutMs).toBeLessThanOrEqual(900_000);
  });
});
