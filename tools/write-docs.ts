import { readFileSync, writeFileSync } from 'node:fs';
import { documentFiles, generatedSections } from './documentation/documents.ts';
import { fillSections } from './documentation/fill-sections.ts';

const sections = generatedSections();
for (const file of documentFiles()) {
  const before = readFileSync(file, 'utf8');
  const after = fillSections(before, sections);
  if (after !== before) writeFileSync(file, after);
}
