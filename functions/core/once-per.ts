/**
 * The function with its result remembered for as long as its argument lives: for what is derived from items of a page,
 * which nobody changes and which, embedded, come again as the same object while they are as they were.
 */
export function oncePer<Source extends object, Result>(derive: (source: Source) => Result): (source: Source) => Result {
  const known = new WeakMap<Source, Result>();
  return (source) => {
    const found = known.get(source);
    if (found !== undefined) return found;
    const result = derive(source);
    known.set(source, result);
    return result;
  };
}
