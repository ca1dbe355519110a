/** What JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Whether a value is an object or a list. */
export function isStructure(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** So many levels a value may have that is looked into by functions which call themselves for each. */
export const levelsMax = 1000;

/** So many levels an event may have, whoever sent it: far more than any has, and JSON.stringify has stack for a few thousand. */
export const eventLevelsMax = 100;

/** Whether a value has no more levels of objects and lists than this; found without a call for each level. */
export function isAtMostDeep(value: unknown, levels: number): boolean {
  let level = [value].filter(isStructure);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === levels) return false;
    level = level.flatMap((each) => Object.values(each)).filter(isStructure);
  }
  return true;
}
