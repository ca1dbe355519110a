import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../../functions/pipelines/repository.ts';

describe('the normalised URL of a repository', () => {
  it.each([
    ['http://omni-gitea:3000/omni-admin/my-project.git', 'http://omni-gitea:3000/omni-admin/my-project'],
    ['http://omni-gitea:3000/omni-admin/my-project', 'http://omni-gitea:3000/omni-admin/my-project'],
    ['http://omni-gitea:3000/omni-admin/my-project/', 'http://omni-gitea:3000/omni-admin/my-project'],
    ['http://omni-gitea:3000/omni-admin/my-project.git/', 'http://omni-gitea:3000/omni-admin/my-project'],
    ['http://omni-gitea:3000/omni-admin/my-project.git///', 'http://omni-gitea:3000/omni-admin/my-project'],
    ['HTTP://OMNI-Gitea:3000/omni-admin/my-project', 'http://omni-gitea:3000/omni-admin/my-project'],
    ['https://h:443/o/n', 'https://h/o/n'],
    ['http://h:80/o/n', 'http://h/o/n'],
    ['https://h/Owner/Name', 'https://h/Owner/Name'],
    ['https://h/o/../o/n', 'https://h/o/n'],
    ['https://h/group/sub/name.git', 'https://h/group/sub/name'],
    ['https://h/o/n.github.io', 'https://h/o/n.github.io'],
    ['https://h/o/n.git.git', 'https://h/o/n'],
    ['https://h/o/n?', 'https://h/o/n'],
  ])('of %s is %s', (text, url) => {
    expect(parseRepository(text)?.url).toBe(url);
  });

  it('gives owner and name from the end of the path', () => {
    expect(parseRepository('https://h/group/sub/name.git')).toMatchObject({ owner: 'sub', name: 'name' });
  });

  it('is its own normalised URL', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}(\.git)?$/);
    const ending = fc.constantFrom('', '/', '.git', '.git/', '//', '.git.git');
    const host = fc.constantFrom('h', 'OMNI-gitea:3000', 'git.Example.ORG');
    fc.assert(
      fc.property(fc.constantFrom('http', 'HTTPS'), host, segment, segment, ending, (scheme, at, owner, name, end) => {
        const first = parseRepository(`${scheme}://${at}/${owner}/${name}${end}`);
        expect(first).toBeDefined();
        expect(parseRepository(first?.url ?? '')).toEqual(first);
      }),
    );
  });

  it('tells repositories apart that differ in scheme, host, port, owner or name', () => {
    const urls = [
      'http://h/o/n',
      'https://h/o/n',
      'http://i/o/n',
      'http://h:81/o/n',
      'http://h/p/n',
      'http://h/o/m',
      'http://h/o/N',
    ];
    expect(new Set(urls.map((url) => parseRepository(url)?.url)).size).toBe(urls.length);
  });
});

describe('refused', () => {
  it.each([
    ['a user', 'http://user@h/o/n'],
    ['a user and password', 'http://user:secret@h/o/n'],
    ['a password alone', 'http://:secret@h/o/n'],
    ['a query', 'http://h/o/n?token=secret'],
    ['a fragment', 'http://h/o/n#main'],
    ['no name', 'http://h/o'],
    ['no path', 'http://h'],
    ['an empty segment', 'http://h//n'],
    ['an empty segment inside', 'http://h/o//n'],
    ['only .git as name', 'http://h/o/.git'],
    ['SSH', 'ssh://git@h/o/n.git'],
    ['scp form', 'git@h:o/n.git'],
    ['a file', 'file:///o/n'],
    ['git protocol', 'git://h/o/n'],
    ['a script', 'javascript:alert(1)'],
    ['no URL', 'my-project'],
    ['nothing', ''],
    ['no host', 'http:///'],
  ])('%s', (_, text) => {
    expect(parseRepository(text)).toBeUndefined();
  });
});
