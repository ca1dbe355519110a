import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import type { Reading } from '../../../functions/core/figures.ts';
import { closeHours } from '../../../functions/observability/close-hours.ts';
import { hourMs, minuteMs } from '../../../functions/observability/figure-keys.ts';
import { loadFigures, loadTotals } from '../../../functions/observability/load-figures.ts';
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

const total = async () => (await loadTotals(home.backend, 'requests')).get('getHealth')?.['status_200'] ?? 0;

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

/** Records, then closes the hour, in a process that may die; another one repeats what that has not finished. */
async function recordAndClose(mortal: Backend, marker: string): Promise<boolean> {
  const batch = [reading('getHealth', 2), reading('getReadiness', 3)];
  const steps = [
    (backend: Backend) => recordReadings(backend, marker, batch),
    (backend: Backend) => closeHours(backend),
    (backend: Backend) => closeHours(backend),
  ];
  let isAlive = true;
  for (const step of steps) {
    const before = await total();
    isAlive = (await livesThrough(step(mortal))) && isAlive;
    expect(await total()).toBeGreaterThanOrEqual(before);
    await step(home.backend);
    home.clock.advance(90 * minuteMs);
  }
  return isAlive;
}

it.each([
  ['before', false],
  ['after', true],
])('a process that is killed %s any write loses nothing and counts nothing twice', async (_, isAnswerLost) => {
  for (let writes = 0, isAlive = false; !isAlive; writes += 1) {
    const fromMs = home.clock.now() - (home.clock.now() % hourMs);
    const before = await total();
    isAlive = await recordAndClose(dyingBackend(home.backend, writes, isAnswerLost), `batch-${writes}`);
    const figures = await loadFigures(home.backend, { kind: 'requests', fromMs });
    expect([await total(), figures]).toEqual([before + 2, { status_200: 5 }]);
    home.clock.advance(3 * hourMs);
  }
});
