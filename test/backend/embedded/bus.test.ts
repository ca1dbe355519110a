import type { BusEvent } from '../../../backend/backend.ts';
import { openBus } from '../../../backend/embedded/bus.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { describeBus } from '../../suites/bus-suite.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { rethrow } from './rethrow.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeBus({
  name: 'the embedded home',
  async open(rules) {
    const folder = temporaryFolder();
    const store = openStore(folder.path);
    const received: BusEvent[][] = rules.map(() => []);
    const bus = openBus(store, {
      rules: rules.map(({ types }, index) => ({ pattern: types ? { type: types } : {}, queue: String(index) })),
      async send(queue, messages) {
        received[Number(queue)]?.push(...messages.map(({ body }) => body as unknown as BusEvent));
      },
      clock: settableClock(),
      onFault: rethrow,
    });
    bus.start();
    return {
      bus,
      received: async () => received,
      async close() {
        await bus.stop();
        store.close();
        folder.remove();
      },
    };
  },
});
