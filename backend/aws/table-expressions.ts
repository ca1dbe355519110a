import type { Changes, Condition, Scalar } from '../backend.ts';

/** The parts of a DynamoDB request that hold names and values of expressions; left out when there are none. */
interface Placeholders {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}

/** The condition of a write, in which an item that expired by `now` (epoch seconds) counts as absent. */
export function conditionExpression(condition: Condition = {}, now: number) {
  const slots = placeholders();
  const clauses = conditionClauses(condition, now, slots);
  return { ...(clauses.length > 0 && { ConditionExpression: clauses.join(' AND ') }), ...slots.all() };
}

/** The condition that an item has expired. */
export function expiredExpression(now: number) {
  const slots = placeholders();
  return { ConditionExpression: isExpired(now, slots), ...slots.all() };
}

/** Changes and condition of an update, which is also refused where the item has expired but still stands. */
export function updateExpression(changes: Changes, condition: Condition = {}, now: number) {
  const slots = placeholders();
  const set = defined(changes.set).map(([field, value]) => `${slots.name(field)} = ${slots.value(value)}`);
  const add = Object.entries(changes.add ?? {}).map(([field, value]) => `${slots.name(field)} ${slots.value(value)}`);
  const remove = [...undefinedFields(changes.set), ...(changes.remove ?? [])].map(slots.name);
  const sections = Object.entries({ SET: set, ADD: add, REMOVE: remove }).filter(([, parts]) => parts.length > 0);
  const clauses = [isNotExpired(now, slots), ...conditionClauses(condition, now, slots)];
  return {
    ...(sections.length > 0 && {
      UpdateExpression: sections.map(([verb, parts]) => `${verb} ${parts.join(', ')}`).join(' '),
    }),
    ConditionExpression: clauses.join(' AND '),
    ...slots.all(),
  };
}

interface KeyRange {
  partition: { field: string; value: string };
  sort: { field: string; from?: string | undefined; before?: string | undefined };
}

/**
 * The keys and filter of a query. With both bounds the upper one is inclusive: DynamoDB has no half-open range, and it
 * filters on no key.
 */
export function queryExpression({ partition, sort }: KeyRange, equals: Record<string, Scalar> = {}, now: number) {
  const slots = placeholders();
  const keys = [`${slots.name(partition.field)} = ${slots.value(partition.value)}`];
  if (sort.from !== undefined && sort.before !== undefined) {
    keys.push(`${slots.name(sort.field)} BETWEEN ${slots.value(sort.from)} AND ${slots.value(sort.before)}`);
  } else if (sort.from !== undefined) {
    keys.push(`${slots.name(sort.field)} >= ${slots.value(sort.from)}`);
  } else if (sort.before !== undefined) {
    keys.push(`${slots.name(sort.field)} < ${slots.value(sort.before)}`);
  }
  const matches = Object.entries(equals).map(([field, value]) => `${slots.name(field)} = ${slots.value(value)}`);
  return {
    KeyConditionExpression: keys.join(' AND '),
    FilterExpression: [isNotExpired(now, slots), ...matches].join(' AND '),
    ...slots.all(),
  };
}

/** Whether the condition is met by an absent item. */
export function holdsOfNothing({ exists, equals = {} }: Condition = {}): boolean {
  return exists !== true && defined(equals).length === 0;
}

function conditionClauses({ exists, equals = {} }: Condition, now: number, slots: Slots): string[] {
  const present = defined(equals).map(([field, value]) => `${slots.name(field)} = ${slots.value(value)}`);
  const lacks = undefinedFields(equals).map((field) => `attribute_not_exists(${slots.name(field)})`);
  const clauses: string[] = [];
  if (exists === false) clauses.push(`(attribute_not_exists(${slots.name('pk')}) OR ${isExpired(now, slots)})`);
  if (exists === true || present.length > 0) {
    clauses.push(`attribute_exists(${slots.name('pk')})`, isNotExpired(now, slots), ...present, ...lacks);
  } else if (lacks.length > 0) {
    clauses.push(`(${isExpired(now, slots)} OR (${lacks.join(' AND ')}))`);
  }
  return clauses;
}

function isExpired(now: number, slots: Slots): string {
  return `${slots.name('expires_at')} <= ${slots.value(now)}`;
}

function isNotExpired(now: number, slots: Slots): string {
  const expiresAt = slots.name('expires_at');
  return `(attribute_not_exists(${expiresAt}) OR ${expiresAt} > ${slots.value(now)})`;
}

function defined(fields: Record<string, unknown> = {}): [string, unknown][] {
  return Object.entries(fields).filter(([, value]) => value !== undefined);
}

function undefinedFields(fields: Record<string, unknown> = {}): string[] {
  return Object.keys(fields).filter((field) => fields[field] === undefined);
}

type Slots = ReturnType<typeof placeholders>;

/** Placeholders for every name and value, because field names may be reserved words or hold dots. */
function placeholders() {
  const names = new Map<string, string>();
  const values: Record<string, unknown> = {};
  return {
    name(field: string): string {
      const known = names.get(field);
      if (known) return known;
      const slot = `#n${names.size}`;
      names.set(field, slot);
      return slot;
    },
    value(value: unknown): string {
      const slot = `:v${Object.keys(values).length}`;
      values[slot] = value;
      return slot;
    },
    all(): Placeholders {
      return {
        ...(names.size > 0 && {
          ExpressionAttributeNames: Object.fromEntries([...names].map(([field, slot]) => [slot, field])),
        }),
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      };
    },
  };
}
