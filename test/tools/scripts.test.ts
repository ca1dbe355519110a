import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** What the README has a stranger type, who has a Node that runs no TypeScript and has installed nothing. */
const firstCommands = [...readFileSync('README.md', 'utf8').matchAll(/^npm (?:run )?(start|test|[\w:]+:[\w:]+)\b/gm)];

describe('a fresh clone', () => {
  it.each([...new Set([...firstCommands.map(([, name = '']) => name), 'test:aws', 'bench', 'cost', 'synth'])])(
    'has all that "%s" needs installed before it runs',
    (name) => {
      expect(scripts).toHaveProperty(name);
      expect(scripts[`pre${name}`]).toBe('node tools/install.mjs');
    },
  );

  it('is told of npm start, npm test and npm run try:aws', () => {
    expect(firstCommands.map(([, name]) => name)).toEqual(expect.arrayContaining(['start', 'test', 'try:aws']));
  });
});
