const texts = new WeakMap<object, string>();

/** Declares that an object will not be changed again, so that its JSON is made once however many answers hold it. */
export function settled<T extends object>(value: T): T {
  texts.set(value, JSON.stringify(value));
  return value;
}

/** The JSON of plain data, the same as JSON.stringify gives; a list of settled objects is put together from their texts. */
export function jsonOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return JSON.stringify(body);
  const fields = Object.entries(body).flatMap(([name, value]) => {
    const text = settledList(value) ?? JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${fields.join(',')}}`;
}

/** The JSON of a list of settled objects; undefined for anything else. */
function settledList(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries = value.map((entry) => texts.get(entry));
  return entries.includes(undefined) ? undefined : `[${entries.join(',')}]`;
}
