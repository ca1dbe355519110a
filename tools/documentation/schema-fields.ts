import * as z from 'zod';
import { code } from './markdown-table.ts';

export interface Field {
  /** From the schema's root, with dots. */
  path: string;
  type: string;
  isRequired: boolean;
  /** As JSON; undefined where there is none. */
  default: string | undefined;
  description: string;
}

interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  default?: unknown;
  description?: string;
}

/**
 * Every field of an object schema, the fields of nested objects after their own: as a caller writes it, or, where text is
 * turned into something else first, as it is read (`output`).
 */
export function schemaFields(schema: z.ZodType, io: 'input' | 'output' = 'input'): Field[] {
  const { $ref, $defs, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  const named = $ref && $defs?.[$ref.replace('#/$defs/', '')];
  return fieldsOf(named ? named : root, '');
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): Field[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const field = {
      path,
      type: typeText(schema),
      isRequired: required.includes(name),
      default: schema.properties || schema.default === undefined ? undefined : JSON.stringify(schema.default),
      description: schema.description ?? '',
    };
    return [field, ...fieldsOf(schema, `${path}.`)];
  });
}

function typeText(schema: JsonSchema): string {
  if (schema.anyOf) return oneOf(schema.anyOf);
  if (Array.isArray(schema.type)) return oneOf(schema.type.map((type) => ({ ...schema, type })));
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(', ');
  switch (schema.type) {
    case 'array':
      return `list of ${schema.items ? typeText(schema.items) : 'anything'}`;
    case 'integer':
    case 'number':
      return numberText(schema);
    case 'string':
      return stringText(schema);
    case 'boolean':
      return '`true`, `false`';
    case 'object':
      return objectText(schema);
    default:
      return schema.type ?? '';
  }
}

function oneOf(schemas: JsonSchema[]): string {
  return schemas.map(typeText).filter(Boolean).join(' or ');
}

function objectText({ additionalProperties, properties }: JsonSchema): string {
  if (typeof additionalProperties === 'object') return `name to ${typeText(additionalProperties) || 'anything'}`;
  return properties ? `object with ${Object.keys(properties).map(code).join(', ')}` : 'object';
}

function stringText({ pattern, format }: JsonSchema): string {
  const prefix = /^\^([a-z]+)_\[/.exec(pattern ?? '')?.[1];
  if (prefix) return `id ${code(`${prefix}_…`)}`;
  return format === 'date-time' ? 'timestamp' : 'text';
}

/** JSON Schema gives whole numbers the bounds of a double's exact range; those say nothing. */
function numberText({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (least !== undefined && most !== undefined) return `${kind}, ${least} to ${most}`;
  if (least !== undefined) return `${kind}, at least ${least}`;
  if (exclusiveMinimum !== undefined) return `${kind} above ${exclusiveMinimum}`;
  return most === undefined ? kind : `${kind}, at most ${most}`;
}
