import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Backend, Table } from '../../../backend/backend.ts';
import type { Figures, Reading } from '../../../functions/core/figures.ts';
import { listInbox } from '../../../functions/observability/figure-inbox.ts';
import { hourMs, minuteMs } from '../../../functions/observability/figure-keys.ts';
import { foldReadings } from '../../../functions/observability/fold-readings.ts';
import { loadFigures, loadPieces, loadTotals } from '../../../functions/observability/load-figures.ts';
import { recordReadings } from '../../../functions/observability/record-readings.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const reading = (subject: string, count: number): Reading => ({
  kind: 'requests',
  subject,
  atMs: home.clock.now(),
  figures: { status_200: count },
});

const fold = (backend: Backend) => foldReadings(backend, { deadlineMs: Number.POSITIVE_INFINITY });
const total = async () => (await loadTotals(home.backend, ['requests'])).requests.get('getHealth')?.['status_200'] ?? 0;
const ofAll = async (fromMs: number) =>
  (await loadFigures(home.backend, ['requests'], fromMs)).requests['status_200'] ?? 0;

/** Whether the process lived until its work was done. */
async function livesThrough(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Death) return false;
    throw error;
  }
}

it.each([
  ['before', false],
  ['after', true],
])('a process that is killed %s any write loses nothing and counts nothing twice', async (_, isAnswerLost) => {
  const startMs = home.clock.now();
  for (let writes = 0, isAlive = false; !isAlive; writes += 1) {
    const mortal = dyingBackend(home.backend, writes, isAnswerLost);
    const batch = [reading('getHealth', 2), reading('getReadiness', 3)];
    const before = await total();
    isAlive = await livesThrough(recordReadings(mortal, `batch-${writes}`, batch));
    await recordReadings(home.backend, `batch-${writes}`, batch);
    expect(await total()).toBe(before + 2);
    isAlive = (await livesThrough(fold(mortal))) && isAlive;
    expect([await total(), await ofAll(startMs)]).toEqual([before + 2, (writes + 1) * 5]);
    home.clock.advance(5 * minuteMs);
    await fold(home.backend);
    expect([await total(), await ofAll(startMs)]).toEqual([before + 2, (writes + 1) * 5]);
    expect(await listInbox(home.backend.table('metrics'))).toEqual([]);
  }
});

/** A backend that has something looked at after each write. */
function watchedBackend(backend: Backend, look: () => Promise<void>): Backend {
  const watched = (table: Table): Table => ({
    ...table,
    put: async (...args) => {
      await table.put(...args);
      await look();
    },
    delete: async (...args) => {
      await table.delete(...args);
      await look();
    },
  });
  return { ...backend, table: (name) => watched(backend.table(name)) };
}

it('readers see the same figures at every write of a fold', async () => {
  const startMs = home.clock.now();
  await recordReadings(home.backend, 'one', [reading('getHealth', 2), reading('getReadiness', 3)]);
  await fold(home.backend);
  home.clock.advance(6 * minuteMs);
  await recordReadings(home.backend, 'two', [reading('getHealth', 5), reading('getReadiness', 7)]);
  const seen = new Set<string>();
  let looks = 0;
  await fold(
    watchedBackend(home.backend, async () => {
      looks += 1;
      seen.add(JSON.stringify([await total(), await ofAll(startMs), await ofAll(startMs + 2 * minuteMs)]));
    }),
  );
  expect([...seen]).toEqual(['[7,17,12]']);
  expect(looks).toBeGreaterThan(10);
});

type Step =
  | { act: 'record'; count: number }
  | { act: 'repeat'; back: number }
  | { act: 'fold'; writes: number; isAnswerLost: boolean }
  | { act: 'advance'; minutes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constant('record' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ act: fc.constant('repeat' as const), back: fc.nat(5) }),
  fc.record({ act: fc.constant('fold' as const), writes: fc.nat(25), isAnswerLost: fc.boolean() }),
  fc.record({ act: fc.constant('advance' as const), minutes: fc.integer({ min: -30, max: 120 }) }),
);

/** Does one step after another on the figures of one subject, and tells what they should come to. */
function figuresOf(subject: string) {
  const recorded: { marker: string; readings: Reading[] }[] = [];
  const repeat = async (back: number) => {
    const batch = recorded.at(-1 - back);
    if (batch) await recordReadings(home.backend, batch.marker, batch.readings);
  };
  return {
    async take(taken: Step) {
      if (taken.act === 'advance') home.clock.advance(taken.minutes * minuteMs);
      if (taken.act === 'fold') {
        await livesThrough(fold(dyingBackend(home.backend, taken.writes, taken.isAnswerLost)));
      }
      if (taken.act === 'repeat') await repeat(taken.back);
      if (taken.act === 'record') {
        recorded.push({ marker: `${subject}-${recorded.length}`, readings: [reading(subject, taken.count)] });
        await repeat(0);
      }
    },
    expected: () => recorded.flatMap(({ readings }) => readings).reduce((sum, each) => sum + countIn(each.figures), 0),
  };
}

const countIn = (figures: Figures | undefined) => figures?.['status_200'] ?? 0;

it('counts are exact after any order of batches, repeats, folds that die and jumps of the clock', async () => {
  let runs = 0;
  const startMs = home.clock.now();
  const check = async (steps: Step[]) => {
    runs += 1;
    const subject = `run-${runs}`;
    const figures = figuresOf(subject);
    for (const taken of steps) {
      await figures.take(taken);
      expect(countIn((await loadTotals(home.backend, ['requests'])).requests.get(subject))).toBe(figures.expected());
    }
    // To the latest time at which any clock measured, so that nothing lies in the future.
    home.clock.advance(Math.max(0, startMs + runs * 4 * 24 * hourMs - home.clock.now()));
    const week = { kind: 'requests' as const, subject, fromMs: home.clock.now() - 7 * 24 * hourMs };
    const pieces = await loadPieces(home.backend, week);
    expect(pieces.reduce((sum, piece) => sum + countIn(piece.figures), 0)).toBe(figures.expected());
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), check), { numRuns: 60 });
});
