import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apiSections } from './api-sections.ts';
import { configurationSections } from './configuration-sections.ts';
import { costSections } from './cost-sections.ts';
import { eventSections } from './event-sections.ts';
import type { Sections } from './fill-sections.ts';
import { metricSections } from './metric-sections.ts';
import { scaleSections } from './scale-sections.ts';

/** Every generated part of every document, made from the code as it is now. */
export function generatedSections(): Sections {
  return {
    ...apiSections(),
    ...configurationSections(),
    ...eventSections(),
    ...metricSections(),
    ...costSections(),
    ...scaleSections(),
  };
}

/** The project's documents, as paths from its root. */
export function documentFiles(): string[] {
  const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs.map((name) => join('docs', name)).sort()];
}
