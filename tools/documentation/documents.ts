import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apiSections } from './api-sections.ts';
import { configurationSections } from './configuration-sections.ts';
import { costSections } from './cost-sections.ts';
import { emulatorSections } from './emulator-sections.ts';
import { eventSections } from './event-sections.ts';
import { exampleSections } from './example-sections.ts';
import type { Sections } from './fill-sections.ts';
import { metricSections } from './metric-sections.ts';
import { permissionSections } from './permission-sections.ts';
import { scaleSections } from './scale-sections.ts';

/** Every generated part of every document, made from the code as it is now; the stack is synthesised for it. */
export function generatedSections(): Sections {
  return {
    ...apiSections(),
    ...configurationSections(),
    ...emulatorSections(),
    ...eventSections(),
    ...exampleSections(),
    ...metricSections(),
    ...permissionSections(),
    ...costSections(),
    ...scaleSections(),
  };
}

/** The project's documents, as paths from its root. */
export function documentFiles(): string[] {
  const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...inDocs.map((name) => join('docs', name)).sort(),
  ];
}
