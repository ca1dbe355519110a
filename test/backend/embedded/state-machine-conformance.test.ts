import { systemClock } from '../../../backend/backend.ts';
import type { Definition } from '../../../backend/embedded/state-definition.ts';
import { openMachine } from '../../../backend/embedded/state-machine.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { describeStateMachine } from '../../suites/state-machine-suite.ts';
import { rethrow } from './rethrow.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeStateMachine({
  name: 'the embedded home',
  async open(definition) {
    const folder = temporaryFolder();
    const store = openStore(folder.path);
    const options = { name: 'probe', definition: definition as Definition, tasks: {}, store, clock: systemClock };
    const machine = openMachine({ ...options, onFault: rethrow });
    return {
      machine,
      async close() {
        await machine.drain();
        store.close();
        folder.remove();
      },
    };
  },
});
