import * as z from 'zod';
import { eventSource } from '../../backend/resources.ts';
import { type EventType, eventTypeNames, eventTypes } from './event-types.ts';

/** What EventBridge hands over for one type of event, as a document of JSON Schema draft 4. */
export interface EventSchema {
  type: EventType;
  /** In the way of EventBridge's own discovery: `omni.orchestrator@PipelineStageCompleted`. */
  name: string;
  summary: string;
  document: Record<string, unknown>;
}

/** The schema of every type. Fields that no schema names are allowed, since new ones come without notice. */
export function eventSchemas(): EventSchema[] {
  return eventTypeNames.map((type) => {
    const title = pascalCase(type);
    const { summary } = eventTypes[type];
    return { type, name: `${eventSource}@${title}`, summary, document: documentOf(type, title) };
  });
}

function documentOf(type: EventType, title: string): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(deliveryOf(type), {
    target: 'draft-04',
    io: 'input',
    override: ({ jsonSchema }) => removeNoise(jsonSchema),
  });
  return {
    $schema,
    title,
    description: eventTypes[type].summary,
    /** By these the tools of AWS know which events a schema is of. */
    'x-amazon-events-source': eventSource,
    'x-amazon-events-detail-type': type,
    ...schema,
  };
}

/** The event as EventBridge hands it over: what it adds itself, and in `detail` the event of the orchestrator. */
function deliveryOf(type: EventType) {
  return z.object({
    version: z.string(),
    id: z.string().describe("EventBridge's own id of the delivery; the event's id is `detail.id`."),
    'detail-type': z.enum([type]),
    source: z.enum([eventSource]),
    account: z.string(),
    time: z.iso.datetime(),
    region: z.string(),
    resources: z.array(z.string()),
    detail: z.object({
      id: z.string().describe('The identity of the event: a repeat carries the same one.'),
      type: z.enum([type]),
      timestamp: z.iso.datetime().describe('When it happened.'),
      sequence: z.int().min(1).describe('Grows with each event about the same resource.'),
      service: z.string().optional().describe('The service of the platform that it is about, where there is one.'),
      data: eventTypes[type].data,
    }),
  });
}

/** The bounds of a double's exact range say nothing, nor does the pattern of a text whose format is named. */
function removeNoise(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time') delete schema.pattern;
}

/** `service.health_changed` becomes `ServiceHealthChanged`. */
function pascalCase(type: string): string {
  return type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
