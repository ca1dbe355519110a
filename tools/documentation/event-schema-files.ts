import { join } from 'node:path';
import { eventSchemas } from '../../functions/events/contract.ts';
import { jsonText } from './json-text.ts';

/** Where the schemas of events stand, from the project's root. */
export const eventSchemaFolder = join('docs', 'event-schemas');

/** The text of every file in {@link eventSchemaFolder}, by its path from the project's root. */
export function eventSchemaFiles(): Map<string, string> {
  return new Map(
    eventSchemas().map(({ type, document }) => [join(eventSchemaFolder, `${type}.json`), `${jsonText(document)}\n`]),
  );
}
