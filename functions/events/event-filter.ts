import * as z from 'zod';
import { parseRepository } from '../pipelines/contract.ts';
import { type EventType, eventTypes } from './event-types.ts';

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);

/** Fields of an event's `data`, by dotted path, with the value that each must have; a list means any of its values. */
export const eventFilter = z
  .record(
    z.string().min(1).max(200),
    z.union([scalar, z.array(scalar).min(1).max(20)], {
      error: 'must be a text of at most 1000 characters, a number, true, false or null, or a list of 1 to 20 of these',
    }),
  )
  .refine((filter) => Object.keys(filter).length <= 10, 'must not have more than 10 fields');

export type EventFilter = z.output<typeof eventFilter>;

/**
 * Whether data has every value that the filter asks for; a list has the values that are in it. Only own fields count. A
 * `repo_url` counts in its normal form, as the URLs of one repository are written in several ways.
 */
export function isMatch(filter: EventFilter, data: unknown): boolean {
  return Object.entries(filter).every(([path, wanted]) => {
    const comparable = path === 'repo_url' ? normalUrl : (value: unknown) => value;
    const found = [valueAt(data, path.split('.'))].flat().map(comparable);
    return [wanted].flat().some((each) => found.includes(comparable(each)));
  });
}

/** What is no URL of a repository stays as it is. */
function normalUrl(value: unknown): unknown {
  return typeof value === 'string' ? (parseRepository(value)?.url ?? value) : value;
}

function valueAt(data: unknown, [name, ...rest]: string[]): unknown {
  if (name === undefined) return data;
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, name)) return undefined;
  return valueAt((data as Record<string, unknown>)[name], rest);
}

/** The dotted paths of the values that events of these types have in their `data`. */
export function dataFields(types: readonly EventType[]): Set<string> {
  return new Set(types.flatMap((type) => fieldsOf(eventTypes[type].data)));
}

function fieldsOf(schema: unknown): string[] {
  const shape = shapeOf(schema);
  return Object.entries(shape ?? {}).flatMap(([name, field]) =>
    shapeOf(field) ? fieldsOf(field).map((inner) => `${name}.${inner}`) : [name],
  );
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return shapeOf(schema.unwrap());
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}
