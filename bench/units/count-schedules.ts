import { taskContracts } from '../../functions/contracts.ts';
import type { TaskContract } from '../../functions/core/contract.ts';
import type { AnyTask } from '../../functions/core/task.ts';
import { loadTask } from '../../functions/load-handlers.ts';
import type { SettableClock } from '../../test/suites/settable-clock.ts';
import type { CountedSite } from './counted-site.ts';
import type { Usage } from './usage.ts';

const minuteMs = 60_000;

/** Until the records of services are as large as they become. */
const minutesBefore = 15;

/**
 * What one call of each scheduled task uses while nothing but the platform's own life goes on. A round of the poller and of
 * the scraper is one call here; a call on AWS makes several where the interval is below a minute.
 */
export async function countSchedules(site: CountedSite, clock: SettableClock): Promise<Record<string, Usage>> {
  const scheduled = taskContracts.filter(({ trigger }) => trigger.type === 'schedule');
  const used = new Map<string, Usage>();
  for (let minute = 0; minute <= minutesBefore; minute += 1) {
    for (const contract of scheduled) {
      const usage = await site.runTask(await scheduledTask(contract), {});
      const isFoldOfNothing = contract.name === 'fold-readings' && usage.writeUnits === 0;
      if (!isFoldOfNothing) used.set(contract.name, usage);
    }
    clock.advance(minuteMs);
  }
  return Object.fromEntries(used);
}

async function scheduledTask(contract: TaskContract): Promise<AnyTask> {
  const task = await loadTask(contract);
  if (!('run' in task)) throw new Error(`${contract.name} is no task that a schedule calls.`);
  return task;
}
