import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join('docs', 'examples');

/** The examples that documents show, each file of docs/examples/ whole, so that what is shown is what the tests compile. */
export function exampleSections(): Record<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(
    files.map((name) => [
      `example-${basename(name, '.ts')}`,
      `\`\`\`ts\n${readFileSync(join(folder, name), 'utf8').trim()}\n\`\`\``,
    ]),
  );
}
