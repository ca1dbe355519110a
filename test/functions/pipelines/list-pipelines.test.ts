import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listPipelinesContract } from '../../../functions/pipelines/contract.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { type StoredPipelineOptions, startPipeline } from './stored-pipeline.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi({ settings: { RATE_LIMITS: 'read=500' } });
});
afterEach(() => api.close());

const path = '/api/v1/pipeline';
const request = { method: 'GET', path };
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const idsOf = ({ body }: { body: { pipelines: { pipeline_id: string }[] } }) =>
  body.pipelines.map(({ pipeline_id }) => pipeline_id);

/** Starts a pipeline a second after the one before and gives its id. */
async function started(options: StoredPipelineOptions = {}): Promise<string> {
  api.home.clock.advance(1_000);
  return (await startPipeline(api.home, options)).id;
}

/** The ids of every page, two pipelines at a time. */
async function listAll(query: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: Record<string, string> = {};
  for (;;) {
    const page = await list({ ...query, ...cursor, limit: '2' });
    ids.push(...idsOf(page));
    if (page.body.next_cursor === null) return ids;
    cursor = { cursor: page.body.next_cursor };
  }
}

async function startedOn(branches: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const branch of branches) ids.push(await started({ config: { branch } }));
  return ids;
}

describe('200', () => {
  it('is an empty page where there are no pipelines', async () => {
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { pipelines: [], next_cursor: null }]);
  });

  it('lists the newest first, as the contract says, 20 unless told', async () => {
    const ids = await startedOn(Array.from({ length: 22 }, (_, index) => `b${index}`));
    const answer = await list();
    expect(idsOf(answer)).toEqual(ids.reverse().slice(0, 20));
    expect(listPipelinesContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body.next_cursor).toEqual(expect.any(String));
  });

  it('goes on with the cursor to the end, each pipeline once, while new ones arrive', async () => {
    const ids = await startedOn(['a', 'b', 'c', 'd', 'e']);
    const first = await list({ limit: '2' });
    await startedOn(['f', 'g']);
    const second = await list({ limit: '2', cursor: first.body.next_cursor });
    await startedOn(['h']);
    const third = await list({ limit: '2', cursor: second.body.next_cursor });
    expect([first, second, third].flatMap(idsOf)).toEqual(ids.reverse());
    expect(third.body.next_cursor).toBeNull();
  });

  it('has no cursor where the page ends with the last pipeline', async () => {
    await startedOn(['a', 'b']);
    expect((await list({ limit: '2' })).body.next_cursor).toBeNull();
  });

  it('filters by status', async () => {
    const [a = '', b = ''] = await startedOn(['a', 'b']);
    const failed = await started({ config: { branch: 'c' }, change: { status: 'failed' } });
    expect(idsOf(await list({ status: 'running' }))).toEqual([b, a]);
    expect(idsOf(await list({ status: 'failed' }))).toEqual([failed]);
    expect(idsOf(await list({ status: 'completed' }))).toEqual([]);
  });

  it('filters by repository however its URL is written, by branch, and by all of them', async () => {
    const other = { repo_url: 'http://omni-gitea:3000/omni-admin/other' };
    const [main = ''] = await startedOn(['main', 'x']);
    const otherMain = await started({ config: other });
    const otherX = await started({ config: { ...other, branch: 'x' }, change: { status: 'failed' } });
    expect(idsOf(await list({ repo_url: 'http://OMNI-gitea:3000/omni-admin/other.git/' }))).toEqual([
      otherX,
      otherMain,
    ]);
    expect(idsOf(await list({ branch: 'main' }))).toEqual([otherMain, main]);
    expect(idsOf(await list({ ...other, branch: 'x', status: 'failed' }))).toEqual([otherX]);
    expect(idsOf(await list({ ...other, branch: 'x', status: 'running' }))).toEqual([]);
  });

  it('filters by every combination of status, repository and branch, page by page', async () => {
    const stored: { id: string; status: string; repo_url: string; branch: string }[] = [];
    const repositories = ['http://h/o/a', 'http://h/o/b'];
    for (const status of ['failed', 'cancelled', 'running'] as const) {
      for (const repo_url of repositories) {
        for (const branch of ['main', 'x']) {
          const id = await started({ config: { repo_url, branch }, change: { status } });
          stored.unshift({ id, status, repo_url, branch });
        }
      }
    }
    const choices = [undefined, 'failed', 'running'].flatMap((status) =>
      [undefined, ...repositories].flatMap((repo_url) =>
        [undefined, 'main', 'x', 'none'].map((branch) => ({ status, repo_url, branch })),
      ),
    );
    for (const filters of choices) {
      const asked = Object.entries(filters).filter(([, value]) => value !== undefined) as [
        keyof typeof filters,
        string,
      ][];
      const expected = stored.filter((each) => asked.every(([name, value]) => each[name] === value));
      expect(await listAll(Object.fromEntries(asked)), JSON.stringify(filters)).toEqual(expected.map(({ id }) => id));
    }
  });

  it('since is inclusive, in any offset, and goes with the other filters', async () => {
    const [, b = '', c = ''] = await startedOn(['a', 'b', 'c']);
    const { created_at: since } = (await list()).body.pipelines[1];
    expect(idsOf(await list({ since }))).toEqual([c, b]);
    const later = new Date(Date.parse(since) + 1).toISOString();
    expect(idsOf(await list({ since: later, status: 'running' }))).toEqual([c]);
    const offset = new Date(Date.parse(since) + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
    expect(idsOf(await list({ since: offset, branch: 'b' }))).toEqual([b]);
  });

  it('keeps counting pages by the filter, not by what was looked at', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      const isFailed = index % 2 === 0;
      const id = await started({ config: { branch: `b${index}` }, change: isFailed ? { status: 'failed' } : {} });
      if (!isFailed) ids.unshift(id);
    }
    const first = await list({ status: 'running', limit: '2' });
    const second = await list({ status: 'running', limit: '2', cursor: first.body.next_cursor });
    expect([idsOf(first), idsOf(second)]).toEqual([ids.slice(0, 2), ids.slice(2)]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'ten'],
    ['since', 'yesterday'],
    ['status', 'paused'],
    ['repo_url', 'my-project'],
    ['repo_url', `http://h/o/${'n'.repeat(1_100)}`],
    ['branch', 'a b'],
    ['cursor', 'x'],
    ['colour', 'red'],
  ])('is given for %s=%s', async (name, value) => {
    const answer = await list({ [name]: value });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(`query.${name}`);
  });

  it('is given for a cursor under other filters', async () => {
    await startedOn(['a', 'b']);
    const { next_cursor: cursor } = (await list({ limit: '1' })).body;
    expectRefusal(await list({ limit: '1', cursor, status: 'running' }), 400, 'VALIDATION_ERROR');
    expect((await list({ limit: '5', cursor })).status).toBe(200);
  });

  it('is given for a parameter twice', async () => {
    expectRefusal(await api.send('GET', `${path}?limit=5&limit=6`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', () => expectLimited(api, request, 500));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'pipelines'));
});
