import { expect } from 'vitest';
import type { ConfigChange } from '../../../functions/config/contract.ts';
import {
  desiredConfig,
  isTooLarge,
  pendingChange,
  type StoredConfig,
} from '../../../functions/config/service-config.ts';

/** What a configuration is, said as simply as possible: all changes in order, each with what became of it. */
export interface KnownChange {
  revision: number;
  change: ConfigChange;
  status: 'pending' | 'applied' | 'failed';
  operation?: string;
}

/** These changes one after the other. */
export function folded(known: KnownChange[]): ConfigChange {
  return {
    environment: Object.assign({}, ...known.map(({ change }) => change.environment)),
    resources: Object.assign({}, ...known.map(({ change }) => change.resources)),
  };
}

function desiredOf(known: KnownChange[]): ConfigChange {
  return folded(known.filter(({ status }) => status !== 'failed'));
}

/** What is pending, but for what is so whether or not the restart that is under way succeeds. */
function pendingOf(known: KnownChange[]): ConfigChange | undefined {
  const pending = known.filter(({ status }) => status === 'pending');
  const settled = folded(known.filter(({ status }) => status === 'applied'));
  const underWay = folded(
    known.filter(({ status, operation }) => status === 'applied' || (status === 'pending' && operation)),
  );
  const { environment, resources } = folded(pending);
  const news = (part: 'environment' | 'resources', entries: object) =>
    Object.fromEntries(
      Object.entries(entries).filter(([name, value]) =>
        [settled, underWay].some((each) => (each[part] as Record<string, unknown>)[name] !== value),
      ),
    );
  const left = { environment: news('environment', environment), resources: news('resources', resources) };
  return Object.keys({ ...left.environment, ...left.resources }).length > 0 ? left : undefined;
}

/** Whether a change changes anything of what is desired. */
export function isNews(known: KnownChange[], change: ConfigChange): boolean {
  const after = desiredOf([...known, { revision: 0, change, status: 'pending' }]);
  return JSON.stringify(after) !== JSON.stringify(desiredOf(known));
}

/** The stored configuration says the same, shows the newest 20 changes, and shows no secret in them. */
export function expectAsKnown(config: StoredConfig, known: KnownChange[]): void {
  expect(config.applied).toEqual(folded(known.filter(({ status }) => status === 'applied')));
  expect(desiredConfig(config)).toEqual(desiredOf(known));
  expect(pendingChange(config)).toEqual(pendingOf(known));
  expect(isTooLarge(config)).toBe(false);
  const shown = [...known].reverse().slice(0, 20);
  const { revisions } = config;
  expect(revisions.map(({ revision }) => revision)).toEqual(shown.map(({ revision }) => revision));
  const statuses = revisions.map(({ status }) => (status === 'superseded' ? 'applied' : status));
  expect(statuses).toEqual(shown.map(({ status }) => status));
  expect(revisions.map(({ operationId }) => operationId)).toEqual(shown.map(({ operation }) => operation));
  expect(JSON.stringify(revisions)).not.toContain('s3cret');
}
