import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { validate } from '../../../../functions/pipelines/stages/validate.ts';
import { branchesPerPage } from '../../../../platform/upstream-apis/source-control.ts';
import { type RoutedUpstream, routeUpstream } from './routed-upstream.ts';
import { openStageBench, type StageBench } from './stage-bench.ts';

let bench: StageBench;
let upstream: RoutedUpstream;
beforeAll(async () => {
  bench = await openStageBench('validate', validate);
});
afterAll(() => bench.close());
afterEach(() => upstream.remove());

const branches = 'GET /api/v1/repos/omni-admin/my-project/branches';
const branch = (name: string) => ({ name, commit: { id: `head of ${name}`, message: 'm', timestamp: 't' } });
const fullPage = Array.from({ length: branchesPerPage }, (_, index) => branch(`other-${index}`));
const scanned: string[] = [];

/** A repository whose pages of branches are given, and whose every commit is good. */
function routeRepository(pageOf: (page: number) => object[]) {
  scanned.length = 0;
  upstream = routeUpstream({
    [branches]: ({ url }) => pageOf(Number(new URL(url).searchParams.get('page'))),
    'GET /api/qualitygates/project_status': () => ({ projectStatus: { status: 'OK', conditions: [] } }),
    'POST /api/v1/scan': async (request) => {
      scanned.push(((await request.json()) as { commit: string }).commit);
      return { scan_id: 's', status: 'completed', findings: [], summary: {} };
    },
  });
}

describe('the branch whose head is scanned', () => {
  it.each([1, 2, 3])('is found on page %i', async (at) => {
    routeRepository((page) => (page < at ? fullPage : [branch('zzz'), branch(bench.branch())]));
    expect((await bench.runToEnd(await bench.start())).next).toBe('continue');
    expect(scanned).toEqual([`head of ${bench.branch()}`]);
    expect(upstream.count(branches)).toBe(at);
  });

  it.each([
    ['the first page', () => []],
    ['a full page and an empty one', (page: number) => (page === 1 ? fullPage : [])],
  ])('that is not there after %s is a reason against it', async (_, pageOf) => {
    routeRepository(pageOf);
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('finish');
    expect((await bench.runOf(id)).outcome?.reasons).toEqual([`The repository has no branch ${bench.branch()}.`]);
  });

  it('is not searched for ever where every page is full', async () => {
    routeRepository(() => fullPage);
    const id = await bench.start();
    expect((await bench.runToEnd(id)).next).toBe('finish');
    expect(upstream.count(branches)).toBeLessThanOrEqual(100);
  });
});
