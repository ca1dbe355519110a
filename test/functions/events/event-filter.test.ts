import { describe, expect, it } from 'vitest';
import { dataFields, type EventFilter, eventFilter, isMatch } from '../../../functions/events/event-filter.ts';

const data = {
  impacted: ['a', 'b'],
  service: 'litellm-proxy',
  error: { code: 'TIMEOUT', stage: null },
  iteration: 2,
  ok: true,
};

describe('a filter', () => {
  it.each<[EventFilter, boolean]>([
    [{}, true],
    [{ service: 'litellm-proxy' }, true],
    [{ service: 'postgres' }, false],
    [{ service: ['postgres', 'litellm-proxy'] }, true],
    [{ service: 'litellm-proxy', iteration: 3 }, false],
    [{ iteration: 2, ok: true }, true],
    [{ iteration: '2' }, false],
    [{ 'error.code': 'TIMEOUT' }, true],
    [{ 'error.stage': null }, true],
    [{ 'error.missing': null }, false],
    [{ 'service.length': 13 }, false],
    [{ '__proto__.constructor': 'Object' }, false],
    [{ error: '[object Object]' }, false],
    [{ impacted: 'b' }, true],
    [{ impacted: 'c' }, false],
    [{ impacted: ['c', 'a'] }, true],
    [{ 'impacted.0': 'a' }, true],
  ])('%j matches: %s', (filter, expected) => {
    expect(isMatch(filter, data)).toBe(expected);
  });

  it.each([
    ['http://omni-gitea:3000/omni-admin/my-project.git', true],
    ['http://omni-gitea:3000/omni-admin/my-project', true],
    ['http://OMNI-Gitea:3000/omni-admin/my-project/', true],
    ['http://omni-gitea:3000/omni-admin/my-project-2.git', false],
    ['https://omni-gitea:3000/omni-admin/my-project.git', false],
    ['my-project', false],
  ])('on repo_url means the repository, however its URL is written: %s matches: %s', (repo_url, expected) => {
    for (const end of ['', '.git', '/']) {
      const event = { repo_url: `http://omni-gitea:3000/omni-admin/my-project${end}` };
      expect(isMatch({ repo_url }, event)).toBe(expected);
      expect(isMatch({ repo_url: ['https://h/o/n', repo_url] }, event)).toBe(expected);
    }
  });

  it('on repo_url compares what is no URL of a repository as it is', () => {
    const address = 'git@git.example:a/b.git';
    expect(isMatch({ repo_url: address }, { repo_url: address })).toBe(true);
    expect(isMatch({ repo_url: address }, { repo_url: 'git@git.example:a/b' })).toBe(false);
    expect(isMatch({ repo_url: [null] }, { repo_url: null })).toBe(true);
    expect(isMatch({ other: 'https://h/o/n.git' }, { other: 'https://h/o/n' })).toBe(false);
  });

  it('has at most 10 fields and 20 values for one', () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
    expect(eventFilter.safeParse(fields(10)).success).toBe(true);
    expect(eventFilter.safeParse(fields(11)).success).toBe(false);
    expect(eventFilter.safeParse({ f: Array.from({ length: 21 }, (_, n) => n) }).success).toBe(false);
    expect(eventFilter.safeParse({ f: [] }).success).toBe(false);
    expect(eventFilter.safeParse({ f: { nested: 1 } }).success).toBe(false);
  });
});

it('the fields of events are known by their dotted paths', () => {
  const fields = dataFields(['pipeline.failed', 'service.restarted']);
  expect(fields).toContain('error.stage');
  expect(fields).toContain('outcome');
  expect(fields).not.toContain('from');
  expect(fields).not.toContain('error');
});
