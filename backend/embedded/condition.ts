import { type Condition, ConditionFailed, type Item, type Scalar } from '../backend.ts';

/** Throws {@link ConditionFailed} unless all of the condition holds of the item, which is undefined where absent. */
export function checkCondition(item: Item | undefined, condition: Condition | undefined): void {
  if (!condition) return;
  const { exists, equals } = condition;
  if (exists !== undefined && exists !== (item !== undefined)) {
    throw new ConditionFailed(exists ? 'No such item.' : 'The item is there already.');
  }
  if (equals && !hasValues(item, equals)) throw new ConditionFailed('The item has other values.');
}

/** Whether the item's fields have exactly these values, where undefined stands for an absent field. */
export function hasValues(item: Item | undefined, values: Record<string, Scalar | undefined>): boolean {
  return Object.entries(values).every(([field, value]) => item?.[field] === value);
}
