import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createWorkflow,
  deleteWorkflow,
  findDefinition,
  findWorkflow,
  loadWorkflows,
  replaceWorkflow,
} from '../../../functions/workflows/workflow-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { definitionOf, diamond, step, storedWorkflow, unknownWorkflow } from './workflow-api.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const named = (name: string) => definitionOf({ name, steps: [step(name)] });
const definitionNow = async (id: string) => {
  const workflow = await findWorkflow(home.backend, id);
  return workflow && findDefinition(home.backend, id, workflow.definitionKey);
};

describe('a workflow', () => {
  it('is stored once: a second time under the same id changes nothing', async () => {
    const workflow = await storedWorkflow(home);
    await createWorkflow(home.backend, { id: workflow.id, definition: named('other'), nowMs: 1 });
    expect(await findWorkflow(home.backend, workflow.id)).toEqual(workflow);
    expect(await definitionNow(workflow.id)).toEqual(definitionOf(diamond));
  });

  it('keeps the definition that executions began with when it gets another, and when it is deleted', async () => {
    const { id, definitionKey } = await storedWorkflow(home);
    const second = await replaceWorkflow(home.backend, id, named('second'));
    expect(second).toMatchObject({ name: 'second', version: 2, stepCount: 1 });
    expect(await deleteWorkflow(home.backend, id)).toBe(true);
    expect(await findDefinition(home.backend, id, definitionKey)).toEqual(definitionOf(diamond));
    expect(await findDefinition(home.backend, id, second?.definitionKey ?? '')).toEqual(named('second'));
  });

  it('keeps numbers and levels of an input that not every store has for its own values', async () => {
    const input = { large: 1e300, id: 12345678901234567000, small: 5e-324, '': [[[[[[[[{ x: -0.5 }]]]]]]]] };
    const { id } = await storedWorkflow(home, { name: 'odd', steps: [step('a', { input })] });
    expect((await definitionNow(id))?.steps[0]?.input).toEqual(input);
    const [item] = (await home.backend.table('workflows').query({ partition: id, limit: 1 })).items;
    expect(typeof item?.['definition']).toBe('string');
  });

  it('gets the definition of each of those that replace it at the same time, one after the other', async () => {
    const { id } = await storedWorkflow(home);
    const names = ['one', 'two', 'three', 'four', 'five'];
    const changed = await Promise.all(names.map((name) => replaceWorkflow(home.backend, id, named(name))));
    expect(changed.map((workflow) => workflow?.version).sort()).toEqual([2, 3, 4, 5, 6]);
    const last = changed.find((workflow) => workflow?.version === 6);
    expect(await findWorkflow(home.backend, id)).toEqual(last);
    expect(await definitionNow(id)).toEqual(named(last?.name ?? ''));
  });

  it('is not brought back by a change that was decided before it was deleted', async () => {
    const { id } = await storedWorkflow(home);
    const workflows = home.backend.table('workflows');
    const slow = {
      ...home.backend,
      table: () => ({
        ...workflows,
        put: async (...args: Parameters<typeof workflows.put>) => {
          if (args[0].sk === id) await deleteWorkflow(home.backend, id);
          return workflows.put(...args);
        },
      }),
    };
    expect(await replaceWorkflow(slow, id, named('late'))).toBeUndefined();
    expect(await findWorkflow(home.backend, id)).toBeUndefined();
  });

  it('that may not be replaced stays, and the definition that was meant for it is forgotten', async () => {
    const before = await storedWorkflow(home);
    expect(await replaceWorkflow(home.backend, before.id, named('late'), () => false)).toBeUndefined();
    expect(await findWorkflow(home.backend, before.id)).toEqual(before);
    const { items } = await home.backend.table('workflows').query({ partition: before.id, limit: 10 });
    expect(items).toHaveLength(2);
    for (const { sk, expires_at } of items) expect(expires_at === undefined).toBe(sk === before.definitionKey);
  });

  it('that was never there is neither replaced nor deleted', async () => {
    expect(await replaceWorkflow(home.backend, unknownWorkflow, named('x'))).toBeUndefined();
    expect(await deleteWorkflow(home.backend, unknownWorkflow)).toBe(false);
    expect(await findDefinition(home.backend, unknownWorkflow, 'definition#x')).toBeUndefined();
  });

  it.each([0, 1])('is whole as before or as after when the process dies at write %i of a change', async (writes) => {
    for (const isAnswerLost of [false, true]) {
      const before = await storedWorkflow(home);
      const dying = dyingBackend(home.backend, writes, isAnswerLost);
      await expect(replaceWorkflow(dying, before.id, named('second'))).rejects.toThrow(Death);
      const isChanged = writes === 1 && isAnswerLost;
      expect(await findWorkflow(home.backend, before.id)).toMatchObject(isChanged ? { version: 2 } : before);
      expect(await definitionNow(before.id)).toEqual(isChanged ? named('second') : definitionOf(diamond));
    }
  });

  it.each([0, 1])('is not half there when the process dies at write %i of storing it', async (writes) => {
    const dying = dyingBackend(home.backend, writes, false);
    const workflow = { id: unknownWorkflow, definition: named('x'), nowMs: 1 };
    await expect(createWorkflow(dying, workflow)).rejects.toThrow(Death);
    expect(await loadWorkflows(home.backend)).toEqual([]);
    await createWorkflow(home.backend, workflow);
    expect(await definitionNow(unknownWorkflow)).toEqual(named('x'));
  });
});

describe('all workflows', () => {
  it('are loaded oldest first, without those that were deleted, page by page', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push((await storedWorkflow(home)).id);
    await deleteWorkflow(home.backend, ids[1] ?? '');
    const workflows = home.backend.table('workflows');
    const table = () => ({
      ...workflows,
      query: (query: Parameters<typeof workflows.query>[0]) => workflows.query({ ...query, limit: 2 }),
    });
    const loaded = await loadWorkflows({ table });
    expect(loaded.map(({ id }) => id)).toEqual(ids.filter((_, at) => at !== 1));
  });
});
