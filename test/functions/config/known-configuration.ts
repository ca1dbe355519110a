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

/** Whether a change changes anything of what is desired. */
export function isNews(known: KnownChange[], change: ConfigChange): boolean {
  const after = desiredOf([...known, { revision: 0, change, status: 'pending' }]);
  return JSON.stringify(after) !== JSON.stringify(desiredOf(known));
}

/** The stored configuration says the same, shows the newest 20 changes, and shows no secret in them. */
export function expectAsKnown(config: StoredConfig, known: KnownChange[]): void {
  const pending = known.filter(({ status }) => status === 'pending');
  expect(config.applied).toEqual(folded(known.filter(({ status }) => status === 'applied')));
  expect(desiredConfig(config)).toEqual(desiredOf(known));
  expect(pendingChange(config)).toEqual(pending.length > 0 ? folded(pending) : undefined);
  expect(isTooLarge(config)).toBe(false);
  const shown = [...known].reverse().slice(0, 20);
  const { revisions } = config;
  expect(revisions.map(({ revision }) => revision)).toEqual(shown.map(({ revision }) => revision));
  const statuses = revisions.map(({ status }) => (status === 'superseded' ? 'applied' : status));
  expect(statuses).toEqual(shown.map(({ status }) => status));
  expect(revisions.map(({ operationId }) => operationId)).toEqual(shown.map(({ operation }) => operation));
  expect(JSON.stringify(revisions)).not.toContain('s3cret');
}
