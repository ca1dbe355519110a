import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventSchemaFiles, eventSchemaFolder } from '../../tools/documentation/event-schema-files.ts';

it('docs/event-schemas holds the schema of each event type as the code is now, and nothing else (npm run docs)', () => {
  const files = readdirSync(eventSchemaFolder).map((name) => join(eventSchemaFolder, name));
  const found = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(eventSchemaFiles()));
});
