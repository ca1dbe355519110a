import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Whether a link in a document leads to a file and, if it names one, to a heading in it. */
export function isThere(file: string, link: string): boolean {
  const [path = '', heading] = link.split('#', 2);
  const target = path === '' ? file : normalize(join(dirname(file), path));
  return existsSync(target) && (heading === undefined || headingsOf(readFileSync(target, 'utf8')).includes(heading));
}

/** As GitHub makes anchors of headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
