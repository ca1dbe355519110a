import type { Backend } from '../../backend/backend.ts';

/** What only one may work on at a time: a branch of a repository, a service, the knowledge layer. */
export const lockKinds = ['branch', 'service', 'refresh'] as const;
export type LockKind = (typeof lockKinds)[number];

/** More are told as so many: a figure for people to look at, who have seen by then that something is wrong. */
const countMax = 1000;

/** How many locks of a kind are held, by their index, which may lag; those that were left by who died are among them. */
export async function countHeld(backend: Pick<Backend, 'table'>, kind: LockKind): Promise<number> {
  return (await backend.table('locks').query({ index: 'by_kind', partition: kind, limit: countMax })).items.length;
}
