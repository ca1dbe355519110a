import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { eventSource } from '../../../backend/resources.ts';
import { eventOf, eventSchemas } from '../../../functions/events/contract.ts';
import { eventExamples } from '../../../functions/events/event-examples.ts';
import { type EventType, eventTypeNames } from '../../../functions/events/event-types.ts';

/** Knows draft 4 from its specification, and nothing of the library that makes the schemas. */
const validator = new Ajv.default({
  allErrors: true,
  keywords: ['x-amazon-events-source', 'x-amazon-events-detail-type'],
});
addFormats.default(validator);

/** The example of a type as EventBridge hands it to a target. */
function delivered(type: EventType) {
  const event = eventOf(type, { atMs: 1_768_473_000_000, occurrence: 'example', data: eventExamples[type] });
  return {
    version: '0',
    id: '2d3f0c1e-7a3b-4f0f-9a53-0e6c2f4b8f11',
    'detail-type': type as string,
    source: eventSource as string,
    account: '111122223333',
    time: '2026-01-15T10:30:00Z',
    region: 'eu-central-1',
    resources: [],
    detail: { ...event, sequence: 3, service: 'redis', data: { ...event.data } },
  };
}

/** What a validator has against a document, as the paths that it names. */
function problemsOf(schema: Record<string, unknown>, value: unknown): string[] {
  validator.validate(schema, value);
  return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

it('there is one schema for each type, named in the way of EventBridge', () => {
  expect(eventSchemas().map(({ type }) => type)).toEqual(eventTypeNames);
  const names = eventSchemas().map(({ name }) => name);
  expect(names).toContain('omni.orchestrator@PipelineStageCompleted');
  expect(names).toContain('omni.orchestrator@ServiceHealthChanged');
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9._@-]{1,385}$/);
});

describe.each(eventSchemas())('the schema of $type', ({ type, document }) => {
  const event = delivered(type);

  it('is one of draft 4, within the size that EventBridge takes', () => {
    expect(document['$schema']).toBe('http://json-schema.org/draft-04/schema#');
    expect(validator.validateSchema(document), JSON.stringify(validator.errors)).toBe(true);
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(100_000);
  });

  it('takes the example of the type, and fields that are added later', () => {
    expect(problemsOf(document, event)).toEqual([]);
    const later = { ...event.detail, added: 1, data: { ...event.detail.data, added: 1 } };
    expect(problemsOf(document, { ...event, 'replay-name': 'x', detail: later })).toEqual([]);
  });

  it('refuses events of another type or source, without a number, and with a field of the type missing', () => {
    expect(problemsOf(document, { ...event, 'detail-type': 'other' })).toHaveLength(1);
    expect(problemsOf(document, { ...event, source: 'aws.ec2' })).toHaveLength(1);
    const { sequence: _, ...unnumbered } = event.detail;
    expect(problemsOf(document, { ...event, detail: unnumbered })).toHaveLength(1);
    for (const name of Object.keys(event.detail.data)) {
      const data = { ...event.detail.data, [name]: undefined };
      const less = JSON.parse(JSON.stringify({ ...event, detail: { ...event.detail, data } }));
      expect(problemsOf(document, less), name).toEqual([`/detail/data must have required property '${name}'`]);
    }
  });
});
