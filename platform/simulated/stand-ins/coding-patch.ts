import { createHash } from 'node:crypto';

/**
 * The change that a stand-in coding agent made for an instruction: two new files as a unified diff that `git apply`
 * takes. The code only says what was asked, since no model stands behind it; the same instruction gives the same patch.
 */
export function codingPatch(instruction: string): CodingPatch {
  const title = (instruction.split('\n').find((line) => line.trim() !== '') ?? instruction).trim().slice(0, 120);
  const name = slugOf(title);
  const language = languageOf(instruction);
  const files = language.files(name, title);
  return {
    title,
    patch: files.map(({ path, lines }) => newFile(path, lines)).join(''),
    filesChanged: files.map((file) => file.path),
  };
}

/** A commit id as git writes it, always the same for the same seed. */
export function commitSha(seed: string): string {
  return createHash('sha1').update(seed).digest('hex');
}

export interface CodingPatch {
  /** The instruction's first line, as a commit's subject. */
  title: string;
  patch: string;
  filesChanged: string[];
}

interface Language {
  words: RegExp;
  files(name: string, title: string): { path: string; lines: string[] }[];
}

const python: Language = {
  words: /\bpython\b/i,
  files: (name, title) => [
    {
      path: `src/${name}.py`,
      lines: [
        `"""${title}"""`,
        '',
        '',
        `def ${name}(request: dict) -> dict:`,
        '    return {"accepted": True, **request}',
      ],
    },
    {
      path: `tests/test_${name}.py`,
      lines: [
        `from src.${name} import ${name}`,
        '',
        '',
        `def test_${name}_accepts_a_request():`,
        `    assert ${name}({"id": 1}) == {"accepted": True, "id": 1}`,
      ],
    },
  ],
};

const typescript: Language = {
  words: /\b(typescript|javascript|node)\b/i,
  files: (name, title) => [
    {
      path: `src/${name}.ts`,
      lines: [
        `/** ${title} */`,
        `export function ${name}(request: object): object {`,
        '  return { accepted: true, ...request };',
        '}',
      ],
    },
    {
      path: `test/${name}.test.ts`,
      lines: [
        "import { expect, test } from 'vitest';",
        `import { ${name} } from '../src/${name}.ts';`,
        '',
        `test('${name} accepts a request', () => {`,
        `  expect(${name}({ id: 1 })).toEqual({ accepted: true, id: 1 });`,
        '});',
      ],
    },
  ],
};

/** Python where the instruction names no other language that is known here. */
function languageOf(instruction: string): Language {
  return [python, typescript].find((language) => language.words.test(instruction)) ?? python;
}

function newFile(path: string, lines: string[]): string {
  const header = [`diff --git a/${path} b/${path}`, 'new file mode 100644', '--- /dev/null', `+++ b/${path}`];
  const hunk = [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)];
  return `${[...header, ...hunk].join('\n')}\n`;
}

function slugOf(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const slug = words
    .filter((word) => !fillers.has(word))
    .slice(0, 5)
    .join('_');
  return /^[a-z]/.test(slug) ? slug : `task_${slug || 'without_words'}`;
}

const fillers: ReadonlySet<string> = new Set(['a', 'an', 'the', 'implement', 'add', 'with', 'for', 'and', 'to', 'of']);
