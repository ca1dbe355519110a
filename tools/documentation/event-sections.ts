import { eventOf } from '../../functions/events/contract.ts';
import { eventExamples } from '../../functions/events/event-examples.ts';
import { type EventType, eventResources, eventTypeNames, eventTypes } from '../../functions/events/event-types.ts';
import { jsonText } from './json-text.ts';
import { code, markdownTable } from './markdown-table.ts';
import { schemaFields } from './schema-fields.ts';

/** The part of docs/events.md that the event types say already. */
export function eventSections(): Record<string, string> {
  return { 'event-types': eventTypeNames.map(eventSection).join('\n\n') };
}

function eventSection(type: EventType): string {
  const { summary, resource, data } = eventTypes[type];
  const fields = schemaFields(data);
  const hasMeanings = fields.some(({ description }) => description !== '');
  const rows = fields.map((field) => [
    code(`data.${field.path}`),
    field.type,
    ...(hasMeanings ? [field.description] : []),
  ]);
  return [
    `### ${code(type)}`,
    `${summary} It is about the ${resource} ${code(`data.${eventResources[resource].idField}`)}.`,
    markdownTable(['Field', 'Type', ...(hasMeanings ? ['Meaning'] : [])], rows),
    `\`\`\`json\n${jsonText(exampleOf(type))}\n\`\`\``,
  ].join('\n\n');
}

/** One time and number for all examples, so that the documents change only with the events. */
function exampleOf(type: EventType) {
  const atMs = Date.parse('2026-01-15T10:30:00.000Z');
  const { data, ...event } = eventOf(type, { atMs, occurrence: 'example', data: eventExamples[type] });
  return { ...event, sequence: 7, data };
}
