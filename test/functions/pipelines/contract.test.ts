import { describe, expect, it } from 'vitest';
import { pipelineRequest } from '../../../functions/pipelines/contract.ts';
import { claimOf } from '../../../functions/pipelines/pipeline.ts';
import { requestBody } from './requests.ts';

const isBranch = (branch: string) => pipelineRequest.safeParse(requestBody({ branch })).success;

describe('the name of a branch', () => {
  it.each([
    'main',
    'feature/auth',
    'release-1.2.x',
    'a',
    'user@host',
    'a@b',
    'fix#12',
    'grüße',
    'v1.0.lockfile',
    'a{b}',
    'x'.repeat(255),
  ])('may be %s', (branch) => {
    expect(isBranch(branch)).toBe(true);
  });

  it.each([
    '',
    '@',
    '-x',
    '/x',
    'x/',
    '.x',
    'x.',
    'a..b',
    'a//b',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a@{b',
    'a b',
    'a~b',
    'a^b',
    'a:b',
    'a?b',
    'a*b',
    'a[b',
    'a\\b',
    'a\nb',
    'a\u0000b',
    'a\u007fb',
    'x'.repeat(256),
  ])('may not be %j', (branch) => {
    expect(isBranch(branch)).toBe(false);
  });
});

describe('the URL of a repository', () => {
  const isUrl = (repo_url: string) => pipelineRequest.safeParse(requestBody({ repo_url })).success;
  const start = 'http://h/o/';

  it('may have 1,024 bytes once normalised, which with any branch stays within a DynamoDB key', () => {
    expect(isUrl(start + 'n'.repeat(1_024 - start.length))).toBe(true);
    expect(isUrl(`${start}${'n'.repeat(1_024 - start.length)}.git/`)).toBe(true);
    expect(isUrl(start + 'n'.repeat(1_025 - start.length))).toBe(false);
    const branch = '語'.repeat(255);
    expect(isBranch(branch)).toBe(true);
    const { repository } = claimOf(
      pipelineRequest.parse(requestBody({ repo_url: start + 'n'.repeat(1_024 - start.length), branch })),
    );
    expect(Buffer.byteLength(`branch#${repository}#${branch}`)).toBeLessThanOrEqual(2_048);
  });
});

describe('the task', () => {
  it('is trimmed, and may have 20,000 characters', () => {
    expect(pipelineRequest.parse({ ...requestBody(), task: '  Add it \n' }).task).toBe('Add it');
    expect(pipelineRequest.safeParse({ ...requestBody(), task: 'x'.repeat(20_000) }).success).toBe(true);
    expect(pipelineRequest.safeParse({ ...requestBody(), task: 'x'.repeat(20_001) }).success).toBe(false);
  });
});

describe('the number of iterations', () => {
  it.each([
    [1, true],
    [10, true],
    [0, false],
    [11, false],
    [2.5, false],
    ['3', false],
  ])('%j is valid: %s', (max_iterations, isValid) => {
    expect(pipelineRequest.safeParse(requestBody({ max_iterations })).success).toBe(isValid);
  });
});

describe('the context', () => {
  it('may name no sources and no tokens', () => {
    const context = { knowledge_sources: [], max_context_tokens: 0 };
    expect(pipelineRequest.parse(requestBody({}, { context })).context).toEqual(context);
  });
});
