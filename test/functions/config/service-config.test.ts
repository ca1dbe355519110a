import { describe, expect, it } from 'vitest';
import {
  applyingOf,
  type ConfigChange,
  changesBytesMax,
  desiredConfig,
  isTooLarge,
  newConfig,
  pendingChange,
  type StoredConfig,
  unannouncedRevisions,
  withAnnounced,
  withApplied,
  withApplying,
  withChange,
  withFailed,
  withLeftPending,
} from '../../../functions/config/service-config.ts';

const variables = (environment: ConfigChange['environment']): ConfigChange => ({ environment, resources: {} });
const changed = (...environments: ConfigChange['environment'][]) =>
  environments.reduce((config, each, index) => withChange(config, variables(each), 1_000 + index), newConfig('x'));
const applying = (config: StoredConfig, operation = 'op_1') => withApplying(config, operation);
const statuses = ({ revisions }: StoredConfig) => revisions.map(({ revision, status }) => [revision, status]);

describe('a configuration that nobody has changed', () => {
  it('is at revision 0, desires nothing and has nothing pending', () => {
    const config = newConfig('x');
    expect([config.revision, desiredConfig(config), pendingChange(config)]).toEqual([0, variables({}), undefined]);
    expect(applyingOf(applying(config))).toEqual({ revision: null, desired: variables({}) });
  });

  it('has nothing that could be applied or fail', () => {
    const config = applying(newConfig('x'));
    expect(withApplied(config, 'op_1', 5)).toBe(config);
    expect(withFailed(config, 'op_1', { reason: 'x', nowMs: 5 })).toBe(config);
  });
});

describe('a change', () => {
  it('is pending until a restart has applied it, and then configured', () => {
    const pending = applying(changed({ A: '1' }));
    expect([pending.applied, pendingChange(pending)]).toEqual([variables({}), variables({ A: '1' })]);
    const applied = withApplied(pending, 'op_1', 5_000);
    expect([applied.applied, pendingChange(applied)]).toEqual([variables({ A: '1' }), undefined]);
    expect(applied.revisions[0]).toMatchObject({ status: 'applied', settledMs: 5_000, operationId: 'op_1' });
  });

  it('that removes a variable stays known, since the image may bring that variable', () => {
    const config = withApplied(applying(changed({ A: '1' }, { A: null })), 'op_1', 5_000);
    expect(desiredConfig(config)).toEqual(variables({ A: null }));
  });

  it('that came while a restart was under way waits for the next one', () => {
    const config = withChange(applying(changed({ A: '1' })), variables({ A: '2', B: '2' }), 2_000);
    expect(applyingOf(applying(config))).toEqual({ revision: 1, desired: variables({ A: '1' }) });
    const applied = withApplied(config, 'op_1', 5_000);
    expect(statuses(applied)).toEqual([
      [2, 'pending'],
      [1, 'applied'],
    ]);
    expect(applyingOf(applying(applied, 'op_2'))).toEqual({ revision: 2, desired: variables({ A: '2', B: '2' }) });
  });

  it('that nothing is left of when it is applied is superseded', () => {
    const config = withApplied(applying(changed({ A: '1' }, { A: '2', B: '2' }, { B: '3' })), 'op_1', 5_000);
    expect(statuses(config)).toEqual([
      [3, 'applied'],
      [2, 'applied'],
      [1, 'superseded'],
    ]);
  });
});

describe('a change that failed', () => {
  const failed = withFailed(applying(changed({ A: '1', API_KEY: 's3cret' })), 'op_1', { reason: 'No.', nowMs: 5_000 });

  it('is not desired any more, says why, and leaves no secret behind', () => {
    expect([desiredConfig(failed), pendingChange(failed)]).toEqual([variables({}), undefined]);
    expect(failed.revisions[0]).toMatchObject({ status: 'failed', settledMs: 5_000, reason: 'No.' });
    expect(JSON.stringify(failed)).not.toContain('s3cret');
  });

  it('can be asked for again', () => {
    const again = withChange(failed, variables({ A: '1' }), 6_000);
    expect([again.revision, pendingChange(again)]).toEqual([2, variables({ A: '1' })]);
  });

  it('takes nothing with it that was applied before or asked for since', () => {
    const applied = withApplied(applying(changed({ A: '1', B: '1' })), 'op_1', 5_000);
    const trying = applying(withChange(applied, variables({ A: '2' }), 6_000), 'op_2');
    const since = withChange(trying, variables({ C: '3' }), 7_000);
    const config = withFailed(since, 'op_2', { reason: 'No.', nowMs: 8_000 });
    expect(desiredConfig(config)).toEqual(variables({ A: '1', B: '1', C: '3' }));
    expect(pendingChange(config)).toEqual(variables({ C: '3' }));
  });
});

describe('what a restart took on and never settled', () => {
  const left = withChange(applying(changed({ A: '1' })), variables({ B: '2' }), 2_000);

  it('goes to the next restart, with all that came since', () => {
    const config = applying(left, 'op_2');
    expect(applyingOf(config)).toEqual({ revision: 2, desired: variables({ A: '1', B: '2' }) });
    expect(config.revisions.map(({ operationId }) => operationId)).toEqual(['op_2', 'op_2']);
  });

  it('cannot be settled by the earlier one any more', () => {
    const config = applying(left, 'op_2');
    expect(withApplied(config, 'op_1', 5_000)).toBe(config);
    expect(withFailed(config, 'op_1', { reason: 'x', nowMs: 5_000 })).toBe(config);
  });
});

describe('what a restart took on and left pending', () => {
  const left = withLeftPending(withChange(applying(changed({ A: '1', B: '1' })), variables({ B: '2' }), 2_000), 'op_1');

  it('waits as if no restart had been, and names none', () => {
    expect(pendingChange(left)).toEqual(variables({ A: '1', B: '2' }));
    expect(left.revisions.map(({ status, operationId }) => [status, operationId])).toEqual([
      ['pending', undefined],
      ['pending', undefined],
    ]);
  });

  it('is not taken on by the same restart again, but by the next', () => {
    expect(applyingOf(applying(left))).toEqual({ revision: null, desired: variables({}) });
    expect(applyingOf(applying(left, 'op_2'))).toEqual({ revision: 2, desired: variables({ A: '1', B: '2' }) });
  });

  it('cannot be settled or left any more', () => {
    expect(withApplied(left, 'op_1', 5_000)).toBe(left);
    expect(withFailed(left, 'op_1', { reason: 'x', nowMs: 5_000 })).toBe(left);
    expect(withLeftPending(left, 'op_1')).toBe(left);
    expect(withLeftPending(applying(left, 'op_2'), 'op_1')).toEqual(applying(left, 'op_2'));
  });
});

describe('what a later change takes back', () => {
  const applied = withApplied(applying(changed({ A: '1', GONE: null })), 'op_1', 5_000);
  const then = (...changes: ConfigChange['environment'][]) =>
    changes.reduce((config, each) => withChange(config, variables(each), 6_000), applied);

  it('is not pending, and its revisions are settled by the next restart', () => {
    const back = then({ A: '2' }, { A: '1' });
    expect([pendingChange(back), desiredConfig(back)]).toEqual([undefined, variables({ A: '1', GONE: null })]);
    const taken = applying(back, 'op_2');
    expect(applyingOf(taken)).toEqual({ revision: 3, desired: variables({ A: '1', GONE: null }) });
    expect(pendingChange(taken)).toBeUndefined();
    expect(statuses(withApplied(taken, 'op_2', 7_000)).slice(0, 2)).toEqual([
      [3, 'applied'],
      [2, 'superseded'],
    ]);
  });

  it('leaves the rest pending', () => {
    expect(pendingChange(then({ A: '2', B: '1' }, { A: '1' }))).toEqual(variables({ B: '1' }));
    expect(pendingChange(then({ GONE: 'x' }, { GONE: null }))).toBeUndefined();
  });

  it('is pending as a removal where no restart has applied any, since the image may bring the variable', () => {
    expect(pendingChange(then({ NEW: 'x' }, { NEW: null }))).toEqual(variables({ NEW: null }));
  });

  it('is pending while a restart applies what is taken back, until that has failed', () => {
    const back = withChange(applying(then({ A: '2' }), 'op_2'), variables({ A: '1' }), 7_000);
    expect(pendingChange(back)).toEqual(variables({ A: '1' }));
    expect(pendingChange(withApplied(back, 'op_2', 8_000))).toEqual(variables({ A: '1' }));
    expect(pendingChange(withFailed(back, 'op_2', { reason: 'No.', nowMs: 8_000 }))).toBeUndefined();
  });

  it('is compared as an amount where it is a limit', () => {
    const limited = (cpu_limit: string | null) => ({ environment: {}, resources: { cpu_limit } });
    const two = withApplied(applying(withChange(newConfig('x'), limited('2'), 1_000)), 'op_1', 5_000);
    const back = withChange(withChange(two, limited('1'), 6_000), limited('2.0'), 7_000);
    expect(pendingChange(back)).toBeUndefined();
  });
});

describe('limits', () => {
  const limits = (memory_limit: string | null, cpu_limit: string | null) => ({
    environment: {},
    resources: { memory_limit, cpu_limit },
  });

  it.each([
    ['1024m', '2.0', 1],
    ['1g', '2', 1],
    ['1g', '2.5', 2],
    ['2g', '2', 2],
    [null, '2', 2],
  ])('%s and %s after 1g and 2 are revision %i: those that are the same in other words are no change', (...after) => {
    const [memory, processors, revision] = after;
    const before = withChange(newConfig('x'), limits('1g', '2'), 1_000);
    expect(withChange(before, limits(memory, processors), 2_000).revision).toBe(revision);
  });
});

describe('what is stored', () => {
  it('holds the newest 20 revisions, and what older ones changed all the same', () => {
    const config = changed(...Array.from({ length: 50 }, (_, index) => ({ [`NAME_${index}`]: 'x' })));
    expect(config.revisions.map(({ revision }) => revision)).toEqual(Array.from({ length: 20 }, (_, n) => 50 - n));
    expect(Object.keys(pendingChange(config)?.environment ?? {})).toHaveLength(50);
  });

  it('stays below the size of an item however large and many the changes are', () => {
    let config = newConfig('x');
    for (let round = 0; round < 60; round += 1) {
      const each = variables({ NAME: `${round}`.padEnd(8_000, '\u20ac') });
      const next = withChange(config, each, round);
      config = isTooLarge(next) ? config : next;
      if (round % 3 === 0) config = withApplying(config, `op_${round}`);
      if (round % 6 === 0) config = withApplied(config, `op_${round}`, round);
    }
    expect(config.revision).toBe(60);
    expect(config.revisions.length).toBeLessThan(20);
    expect(Buffer.byteLength(JSON.stringify(config))).toBeLessThan(399 * 1024);
  });

  it('is too large only beyond its bound', () => {
    const room = changesBytesMax - Buffer.byteLength(JSON.stringify(newConfig('x').applied));
    const frame = Buffer.byteLength(JSON.stringify(variables({ A: '' })));
    expect(isTooLarge(changed({ A: 'x'.repeat(room - frame) }))).toBe(false);
    expect(isTooLarge(changed({ A: 'x'.repeat(room - frame + 1) }))).toBe(true);
  });

  it('has the masked form of a secret in its history and the secret itself where it is needed', () => {
    const config = changed({ API_KEY: 's3cret' });
    expect(config.revisions[0]?.environment).toEqual({ API_KEY: '***' });
    expect(desiredConfig(config).environment).toEqual({ API_KEY: 's3cret' });
  });
});

describe('revisions to be announced', () => {
  it('are those beyond the last announced one, oldest first', () => {
    const config = withAnnounced(changed({ A: '1' }, { A: '2' }, { A: '3' }), 1);
    expect(unannouncedRevisions(config).map(({ revision }) => revision)).toEqual([2, 3]);
  });

  it('never come back by a late note of an earlier announcement', () => {
    const config = withAnnounced(changed({ A: '1' }, { A: '2' }), 2);
    expect(withAnnounced(config, 1)).toBe(config);
    expect(withAnnounced(config, 2)).toBe(config);
  });
});
