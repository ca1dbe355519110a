import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codingPatch } from '../../../platform/simulated/stand-ins/coding-patch.ts';

/** Reads a diff of new files as git would; throws where a hunk's header does not fit its lines. */
function filesOf(patch: string): Record<string, string[]> {
  const files: Record<string, string[]> = {};
  const lines = patch.split('\n');
  expect(lines.pop()).toBe('');
  while (lines.length > 0) {
    const [, path] = lines.shift()?.match(/^diff --git a\/(\S+) b\/\1$/) ?? [];
    expect(lines.splice(0, 3)).toEqual(['new file mode 100644', '--- /dev/null', `+++ b/${path}`]);
    const [, count] = lines.shift()?.match(/^@@ -0,0 \+1,(\d+) @@$/) ?? [];
    const added = lines.splice(0, Number(count));
    expect(added).toHaveLength(Number(count));
    expect(added.every((line) => line.startsWith('+'))).toBe(true);
    files[`${path}`] = added.map((line) => line.slice(1));
  }
  return files;
}

describe('the patch of a simulated coding agent', () => {
  test('is about the task, with a test, in Python unless told', () => {
    const { patch, filesChanged } = codingPatch('Implement user authentication with JWT tokens');
    const files = filesOf(patch);
    expect(Object.keys(files)).toEqual(filesChanged);
    expect(filesChanged).toEqual([
      'src/user_authentication_jwt_tokens.py',
      'tests/test_user_authentication_jwt_tokens.py',
    ]);
    expect(files[filesChanged[0] ?? '']?.[0]).toBe('"""Implement user authentication with JWT tokens"""');
  });

  test('is in the language that the instruction names', () => {
    expect(codingPatch('Add a health endpoint\n\nLanguage: TypeScript').filesChanged).toEqual([
      'src/health_endpoint.ts',
      'test/health_endpoint.test.ts',
    ]);
  });

  test('is a diff that can be read, whatever the instruction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (instruction) => {
        const { patch, filesChanged } = codingPatch(instruction);
        expect(Object.keys(filesOf(patch))).toEqual(filesChanged);
      }),
    );
  });
});
