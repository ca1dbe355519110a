import { readFileSync } from 'node:fs';

/** The text of docs/runbook.md. */
export const runbook = readFileSync('docs/runbook.md', 'utf8');

/** The first block of shell commands of docs/runbook.md that holds this text. Throws where there is none. */
export function commandsWith(text: string): string {
  const blocks = [...runbook.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const found = blocks.find((block) => block.includes(text));
  if (found === undefined) throw new Error(`docs/runbook.md has no commands with "${text}"`);
  return found;
}
