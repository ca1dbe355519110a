const texts = new WeakMap<object, string>();

/** Declares that an object will not be changed again, so that its JSON is made once however many answers hold it. */
export function settled<T extends object>(value: T): T {
  texts.set(value, JSON.stringify(value));
  return value;
}

/** The JSON of plain data, the same as JSON.stringify gives; a list of settled objects is put together from their texts. */
export function jsonOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return JSON.stringify(body);
  let fields = '';
  for (const [name, value] of Object.entries(body)) {
    const text = settledList(value) ?? JSON.stringify(value);
    if (text !== undefined) fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return `{${fields}}`;
}

/** The JSON of a list of settled objects; undefined for anything else. Appending copies nothing, where joining would. */
function settledList(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  let list = '';
  for (const entry of value) {
    const text = texts.get(entry);
    if (text === undefined) return undefined;
    list += list === '' ? text : `,${text}`;
  }
  return `[${list}]`;
}
