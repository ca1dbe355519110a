import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { documentFiles, generatedSections } from './documentation/documents.ts';
import { eventSchemaFiles, eventSchemaFolder } from './documentation/event-schema-files.ts';
import { fillSections } from './documentation/fill-sections.ts';

const sections = generatedSections();
for (const file of documentFiles()) {
  const before = readFileSync(file, 'utf8');
  const after = fillSections(before, sections);
  if (after !== before) writeFileSync(file, after);
}

rmSync(eventSchemaFolder, { recursive: true, force: true });
mkdirSync(eventSchemaFolder);
for (const [file, text] of eventSchemaFiles()) writeFileSync(file, text);
