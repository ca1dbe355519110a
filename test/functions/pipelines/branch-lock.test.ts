import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import type { TableName } from '../../../backend/resources.ts';
import type { ApiError } from '../../../functions/core/errors.ts';
import { freeBranch, takeBranch } from '../../../functions/pipelines/branch-lock.ts';
import { claimOf, type Pipeline } from '../../../functions/pipelines/pipeline.ts';
import { changePipeline } from '../../../functions/pipelines/pipeline-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { storePipeline } from './stored-pipeline.ts';

let home: TestHome;
let branch = '';
let branches = 0;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());
beforeEach(() => {
  branch = `b${branches++}`;
});

const repository = 'http://omni-gitea:3000/omni-admin/my-project';
const take = (owner: string, backend: Backend = home.backend) =>
  takeBranch(backend, { target: { repository, branch }, owner, nowMs: home.clock.now() });
const free = (owner: string) => freeBranch(home.backend, { repository, branch }, owner);
const refusalOf = (taking: Promise<void>): Promise<ApiError> =>
  taking.then(
    () => Promise.reject(new Error('it was not refused')),
    (error) => error,
  );
const end = (pipeline: Pipeline, status: Pipeline['status']) =>
  changePipeline(home.backend, pipeline.id, (now) => ({ ...now, status }));

describe('a branch that nobody holds', () => {
  it('is taken by one of many', async () => {
    const takings = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => take(`pipe_${index}`)));
    expect(takings.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken again by its owner, which changes nothing', async () => {
    await take('pipe_a');
    await take('pipe_a');
    expect(await refusalOf(take('pipe_b'))).toMatchObject({ code: 'PIPELINE_RUNNING' });
  });
});

describe('a branch that is held', () => {
  it('by a running pipeline stays held however long it runs, and the refusal names its stage', async () => {
    const pipeline = await storePipeline(home, { config: { branch }, stages: ['generate', 'test'] });
    const stages = { ...pipeline.stages, generate: { status: 'running' as const, iteration: 1, startedMs: 1 } };
    await changePipeline(home.backend, pipeline.id, (now) => ({ ...now, stages }));
    home.clock.advance(30 * 24 * 3_600_000);
    expect((await refusalOf(take('pipe_b'))).details).toEqual({
      pipeline_id: pipeline.id,
      stage: 'generate',
      started_at: new Date(pipeline.createdMs).toISOString(),
    });
  });

  it.each(['completed', 'failed', 'cancelled'] as const)('by a pipeline that has %s is taken over', async (status) => {
    const pipeline = await storePipeline(home, { config: { branch } });
    await end(pipeline, status);
    await take('pipe_b');
    expect((await refusalOf(take('pipe_c'))).details).toMatchObject({ pipeline_id: 'pipe_b' });
  });

  it('by a pipeline that has ended is taken over by one of many', async () => {
    await end(await storePipeline(home, { config: { branch } }), 'completed');
    const takings = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => take(`pipe_${index}`)));
    expect(takings.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('by one who never stored a pipeline is taken over after a minute, not before', async () => {
    await take('pipe_a');
    home.clock.advance(59_999);
    expect((await refusalOf(take('pipe_b'))).details).toMatchObject({ pipeline_id: 'pipe_a', stage: null });
    home.clock.advance(1);
    await take('pipe_b');
    expect((await refusalOf(take('pipe_c'))).details).toMatchObject({ pipeline_id: 'pipe_b' });
  });

  it('is held for another minute by its owner who takes it again, against one who looked before that', async () => {
    await take('pipe_a');
    home.clock.advance(61_000);
    const slow = overtakenAfterLook(() => take('pipe_a'));
    expect(await refusalOf(take('pipe_b', slow))).toMatchObject({ code: 'PIPELINE_RUNNING' });
    home.clock.advance(59_000);
    expect((await refusalOf(take('pipe_c'))).details).toMatchObject({ pipeline_id: 'pipe_a' });
  });
});

describe('a branch that is freed', () => {
  it('by its owner is free', async () => {
    await take('pipe_a');
    await free('pipe_a');
    await expect(take('pipe_b')).resolves.toBeUndefined();
  });

  it('by one who does not hold it any more stays with who does', async () => {
    await end(await storePipeline(home, { config: { branch } }), 'completed');
    await take('pipe_b');
    await free('pipe_a');
    expect((await refusalOf(take('pipe_c'))).details).toMatchObject({ pipeline_id: 'pipe_b' });
  });

  it('twice is no error', async () => {
    await take('pipe_a');
    await free('pipe_a');
    await expect(free('pipe_a')).resolves.toBeUndefined();
  });
});

it('other branches and other repositories are held on their own', async () => {
  const { request } = await storePipeline(home, { config: { branch } });
  const other = { ...claimOf(request), branch: `${branch}-2` };
  await expect(
    takeBranch(home.backend, { target: other, owner: 'pipe_b', nowMs: home.clock.now() }),
  ).resolves.toBeUndefined();
});

/** The home's backend, where somebody else acts between the look at the lock and the write that follows. */
function overtakenAfterLook(act: () => Promise<void>): Backend {
  const locks = home.backend.table('locks');
  let isOvertaken = false;
  const get = async (...args: Parameters<typeof locks.get>) => {
    const held = await locks.get(...args);
    if (!isOvertaken) {
      isOvertaken = true;
      await act();
    }
    return held;
  };
  const table = (name: TableName) => (name === 'locks' ? { ...locks, get } : home.backend.table(name));
  return { ...home.backend, table };
}
