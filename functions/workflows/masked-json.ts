import type { Json } from '../../backend/backend.ts';
import { isSecretName, mask, maskedValue } from '../config/contract.ts';

/** A value as it may be shown: nothing of a field with a secret's name, and of any text what is no secret in it. */
export function maskedJson(value: Json, name = ''): Json {
  if (typeof value === 'string') return maskedValue(name, value);
  if (Array.isArray(value)) return value.map((each) => maskedJson(each, name));
  if (value !== null && isSecretName(name)) return mask;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, each]) => [field, maskedJson(each, field)]));
}
