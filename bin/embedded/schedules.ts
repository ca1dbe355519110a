import { Cron } from 'croner';
import type { TaskContract } from '../../functions/core/contract.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import type { AnyTask, QueueTask } from '../../functions/core/task.ts';

/**
 * Runs the scheduled tasks: at once, so that what an earlier process left is put right, and then at their times. A task
 * that is still running is not started again; one that throws is logged and runs at its next time.
 */
export function startSchedules(tasks: (AnyTask | QueueTask)[], homeFor: (task: TaskContract) => Home) {
  const running = new Set<Promise<unknown>>();
  const jobs = tasks.flatMap((task) => {
    const { name, trigger } = task.contract;
    if (trigger.type !== 'schedule' || !('run' in task)) return [];
    const home = homeFor(task.contract);
    const onError = (error: unknown) => home.log.error('scheduled task failed', { task: name, error: error as Error });
    const run = () => {
      const done = task
        .run({}, home)
        .catch(onError)
        .finally(() => running.delete(done));
      running.add(done);
      return done;
    };
    const job = new Cron(patternOf(trigger, home), { protect: true }, run);
    void job.trigger();
    return [job];
  });
  return {
    /** Starts no more and waits for those that run. */
    async stop() {
      for (const job of jobs) job.stop();
      await Promise.all(running);
    },
  };
}

type Schedule = Extract<TaskContract['trigger'], { type: 'schedule' }>;

/** As cron writes it, seconds first. */
function patternOf({ everyMinutes, everySeconds }: Schedule, { settings }: Home): string {
  const seconds = everySeconds === undefined ? 60 : settings[everySeconds];
  return seconds === 60 ? `0 */${everyMinutes} * * * *` : `*/${seconds} * * * * *`;
}
