import { openQueue } from '../../../backend/embedded/queue.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { queues } from '../../../backend/resources.ts';
import { describeQueue } from '../../suites/queue-suite.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeQueue({
  name: 'the embedded home',
  async open() {
    const folder = temporaryFolder();
    const store = openStore(folder.path);
    const clock = settableClock();
    const queue = openQueue(store, 'event-log', { ...queues['event-log'], clock, onFault: () => {} });
    return {
      ...queues['event-log'],
      queue,
      consume: queue.consume,
      deadLetters: async () => (await queue.deadLetters()).map(({ body }) => body),
      now: clock.now,
      elapse: (seconds) => clock.advance(seconds * 1000),
      async close() {
        store.close();
        folder.remove();
      },
    };
  },
});
