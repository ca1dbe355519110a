const texts = new WeakMap<object, string>();

/** Declares that an object will not be changed again, so that its JSON is made once however many answers hold it. */
export function settled<T extends object>(value: T): T {
  texts.set(value, JSON.stringify(value));
  return value;
}

/** The JSON of an answer, the same as JSON.stringify gives; lists of settled objects are put together from their texts. */
export function jsonOf(body: unknown): string {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject || !Object.values(body).some(isSettledList)) return JSON.stringify(body);
  const fields = Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${isSettledList(value) ? listOf(value) : JSON.stringify(value)}`);
  return `{${fields.join(',')}}`;
}

function isSettledList(value: unknown): value is object[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => texts.has(entry));
}

function listOf(entries: object[]): string {
  return `[${entries.map((entry) => texts.get(entry)).join(',')}]`;
}
