import { isStructure } from './json-value.ts';

/** Whether exactly one of these fields is given. */
export function isOneGiven(fields: object, names: readonly string[]): boolean {
  return names.filter((name) => Object.hasOwn(fields, name)).length === 1;
}

/** Has zod check an object as a whole even where a field of it is wrong, so that all problems are found at once. */
export function isObject({ value }: { value: unknown }): boolean {
  return isStructure(value) && !Array.isArray(value);
}
